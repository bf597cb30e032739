package scenario

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"reflect"

	"gopkg.in/yaml.v3"
)

// MaxSize bounds a scenario file, in bytes.
const MaxSize = 1 << 20

// Load turns the text of one file into its scenario. The error is an Errors:
// every problem of the file at once, in file order, each with its line.
func Load(file string, data []byte) (*Scenario, error) {
	return (&loader{file: file, times: 1}).load(data)
}

// LoadSetup is Load for a file that only says who is there: it may have no name
// and no steps.
func LoadSetup(file string, data []byte) (*Scenario, error) {
	return (&loader{file: file, times: 1, setup: true}).load(data)
}

func (l *loader) load(data []byte) (*Scenario, error) {
	if len(data) > MaxSize {
		l.add(Pos{Line: 1, Col: 1}, "", "%s", tooLarge(int64(len(data))))
		return nil, l.errors()
	}
	root := l.parse(data)
	if root == nil {
		return nil, l.errors()
	}
	l.audit(root, "", 0)
	s := &Scenario{}
	l.object(root, "", reflect.ValueOf(s).Elem())
	s.Pos = l.pos(root)
	l.checkNames(s)
	l.checkUses(s)
	l.settle(s)
	if err := l.errors(); err != nil {
		return nil, err
	}
	return s, nil
}

// LoadFile loads the file at path in fsys; nil is the file system of the
// machine, with its kind of paths. The error is an Errors, or that of the file
// system.
func LoadFile(fsys fs.FS, path string) (*Scenario, error) {
	data, err := readFile(fsys, path)
	if err != nil {
		return nil, err
	}
	return Load(path, data)
}

// readFile refuses what is no ordinary file before it opens it, since a pipe
// would block, and what is too large before it reads it.
func readFile(fsys fs.FS, path string) ([]byte, error) {
	stat := func() (fs.FileInfo, error) { return os.Stat(path) }
	open := func() (fs.File, error) { return os.Open(path) }
	if fsys != nil {
		stat = func() (fs.FileInfo, error) { return fs.Stat(fsys, path) }
		open = func() (fs.File, error) { return fsys.Open(path) }
	}
	info, err := stat()
	if err != nil {
		return nil, err
	}
	refuse := func(text string) error { return Errors{{Pos: Pos{File: path}, Text: text}} }
	switch {
	case info.IsDir():
		return nil, refuse("a directory, want a file")
	case !info.Mode().IsRegular():
		return nil, refuse("not an ordinary file")
	case info.Size() > MaxSize:
		return nil, refuse(tooLarge(info.Size()))
	}
	f, err := open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// One byte more than allowed: a file that has grown since is refused by Load.
	return io.ReadAll(io.LimitReader(f, MaxSize+1))
}

func tooLarge(size int64) string {
	return fmt.Sprintf("%d bytes, and a scenario has at most %d: split it", size, MaxSize)
}

// loader is the state of loading one file.
type loader struct {
	file       string
	setup      bool // the file need have no name and no steps
	problems   Errors
	uses       []use    // every ${name} and $capture, in file order
	namings    []naming // every name of a gateway, socket, signal and the like, in file order
	tenantless []naming // gateways that name no tenant
	toless     []naming // steps for one gateway that do not say which
	expands    int      // counts the texts that Resolve must look at
	units      int      // counts the expectations
	unit       int      // the expectation being read, from 1; 0: none
	times      int      // how often what is being read is repeated in all
	noTurn     bool     // the calls being read are outside of a turn
	args       []string // what the map that is read next must give besides
}

func (l *loader) pos(n *yaml.Node) Pos {
	p := place(n)
	p.File = l.file
	return p
}

// place is where a node begins, without the file.
func place(n *yaml.Node) Pos {
	return Pos{Line: max(n.Line, 1), Col: max(n.Column, 1)}
}
