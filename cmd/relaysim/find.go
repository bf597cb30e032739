package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/relaysim/relaysim/recordings"
	"github.com/relaysim/relaysim/scenarios"
	"github.com/relaysim/relaysim/sim/replay"
)

// source is one file to load.
type source struct {
	name  string // as the user knows it, and as problems name it
	group string // the folder it was found in; empty where the file was named
	fsys  fs.FS  // where it is; nil is the machine's file system
	path  string // in fsys
	lone  bool   // a file of deviations without its recording
	// finding says that it was found in a folder of recordings that break the
	// contract, which are not played but checked.
	finding bool
}

// findings is the name of such a folder.
const findings = "findings"

// isFinding says whether a path is in a folder of findings below root.
func isFinding(root, name string) bool {
	below, _ := strings.CutPrefix(filepath.ToSlash(name), filepath.ToSlash(root))
	return strings.Contains(below, "/"+findings+"/")
}

// recorded says whether it is a recording rather than a scenario.
func (s source) recorded() bool { return filepath.Ext(s.name) == ".jsonl" }

// isSource says whether a file of this name is something to load. What stands
// beside a recording is loaded with it.
func isSource(name string) bool {
	if strings.HasSuffix(name, replay.DeviationsEnding) {
		return false
	}
	switch filepath.Ext(name) {
	case ".yaml", ".yml", ".jsonl":
		return true
	}
	return false
}

// find lists the files under paths that are played, and says on stderr what of
// it is built in.
func (p program) find(paths []string) ([]source, error) {
	all, err := p.findAll(paths)
	list := slices.DeleteFunc(all, func(s source) bool { return s.finding })
	if err == nil && len(list) == 0 {
		err = errors.New(strings.Join(paths, ", ") + ": holds only findings, which are checked and not played")
	}
	return list, err
}

// findAll is find with what is not played.
func (p program) findAll(paths []string) ([]source, error) {
	list, err := find(paths)
	if err != nil {
		return nil, err
	}
	if len(paths) == 0 && len(list) > 0 && list[0].fsys != nil {
		fmt.Fprintln(p.stderr, "no ./scenarios or ./recordings here: taking the built-in ones")
	}
	for _, name := range paths {
		if isMissing(name) {
			fmt.Fprintf(p.stderr, "no %s here: taking the built-in one\n", name)
		}
	}
	return list, nil
}

// find lists the files under paths, each once, in the order of the paths and
// sorted below a folder. No paths mean ./scenarios and ./recordings, or the
// ones built in where neither is there; so does a path that is only among
// those. The error has a line for every path that is wrong.
func find(paths []string) ([]source, error) {
	if len(paths) == 0 {
		for _, name := range []string{"scenarios", "recordings"} {
			if isFolder(name) {
				paths = append(paths, name)
			}
		}
	}
	if len(paths) == 0 {
		return builtIn(""), nil
	}
	var list []source
	var problems []error
	seen := map[string]bool{}
	for _, p := range paths {
		found, err := findIn(p)
		if err != nil {
			problems = append(problems, err)
		}
		for _, s := range found {
			if clean := filepath.Clean(s.name); !seen[clean] {
				seen[clean] = true
				list = append(list, s)
			}
		}
	}
	return list, errors.Join(problems...)
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func isMissing(name string) bool {
	_, err := os.Stat(name)
	return errors.Is(err, fs.ErrNotExist)
}

func findIn(root string) ([]source, error) {
	info, err := os.Stat(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if list := builtIn(path.Clean(filepath.ToSlash(root))); len(list) > 0 {
			return list, nil
		}
		return nil, fmt.Errorf("%s: %w", root, reason(err))
	case err != nil:
		return nil, fmt.Errorf("%s: %w", root, reason(err))
	case info.IsDir():
		return walk(root)
	case strings.HasSuffix(root, replay.DeviationsEnding):
		return nil, errors.New(root + ": says where " + recordingOf(root) + " breaks the contract, and is read with it: name that one")
	case !isSource(root):
		return nil, fmt.Errorf("%s: not a scenario (.yaml) or a recording (.jsonl)", root)
	}
	return []source{{name: root, path: root}}, nil
}

// recordingOf is the recording that a file of deviations belongs to.
func recordingOf(deviations string) string {
	return strings.TrimSuffix(deviations, replay.DeviationsEnding) + ".jsonl"
}

// reason is err without the paths and the call, which the message has already.
func reason(err error) error {
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		return pe.Err
	case errors.As(err, &le):
		return le.Err
	}
	return err
}

// walk lists the files below a folder, but not those of hidden folders.
func walk(root string) ([]source, error) {
	var list []source
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("%s: %w", p, reason(err))
		case d.IsDir() && p != root && strings.HasPrefix(d.Name(), "."):
			return filepath.SkipDir
		case d.IsDir():
		case isSource(p):
			list = append(list, source{name: p, group: filepath.Dir(p), path: p, finding: isFinding(root, p)})
		case strings.HasSuffix(p, replay.DeviationsEnding) && isMissing(recordingOf(p)):
			list = append(list, source{name: p, group: filepath.Dir(p), path: p, lone: true})
		}
		return nil
	})
	byFolder(list)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%s: holds no scenario (.yaml) and no recording (.jsonl)", root)
	}
	return list, err
}

// builtIn lists what is built into the program under the path root, "" for all
// of it, under the names it has in the repository.
func builtIn(root string) []source {
	var list []source
	for _, b := range []struct {
		folder string
		fsys   fs.FS
	}{{"scenarios", scenarios.FS}, {"recordings", recordings.FS}} {
		err := fs.WalkDir(b.fsys, ".", func(p string, d fs.DirEntry, err error) error {
			name := path.Join(b.folder, p)
			switch {
			case err != nil || d.IsDir() || !isSource(p):
			case name == root:
				list = append(list, source{name: name, fsys: b.fsys, path: p})
			case root == "" || strings.HasPrefix(name, root+"/"):
				list = append(list, source{name: name, group: path.Dir(name), fsys: b.fsys, path: p, finding: isFinding(root, "/"+name)})
			}
			return err
		})
		if err != nil {
			panic(err) // what is built in can be read
		}
	}
	byFolder(list)
	return list
}

// byFolder keeps the files of a folder together: those below it come after.
func byFolder(list []source) {
	slices.SortStableFunc(list, func(a, b source) int { return strings.Compare(a.group, b.group) })
}
