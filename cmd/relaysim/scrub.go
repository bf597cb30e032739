package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/relaysim/relaysim/sim/redact"
	"github.com/relaysim/relaysim/sim/scrub"
)

// scrubFlags are those of scrub, as given.
type scrubFlags struct {
	to      destination
	inPlace bool
	secrets string
	redact  redact.Options
}

const scrubHelp = `Cuts secrets out of recordings: tokens, secrets, keys, passwords, cookies,
signatures and link codes, wherever their place or their form gives them away, and
everywhere else they stand then, also inside base64, hex and percent escapes. The
same secret always becomes the same placeholder, such as redacted-token-1. All
other bytes stay. A recording that was scrubbed before is not changed again.

What no place and no form gives away must be said: --redact-field for members,
headers and parameters, --redact for what a pattern matches in a text (its groups,
where it has some), --secrets for a file with secrets, one a line. --redact-users
replaces the names of users and chats and the texts of messages by others of the
same length; ids and the words of commands stay.

What was cut is counted on stderr, never shown. A file is replaced when all of it
is written, and only if no known secret is left; that of -o only with --force.

Exit status: 0 scrubbed, 2 the call or a file was wrong.`

func newScrub(p program) *cobra.Command {
	var flags scrubFlags
	cmd := &cobra.Command{
		Use:   "scrub file.jsonl… (-o file | --in-place)",
		Short: "Cut secrets out of recordings",
		Long:  scrubHelp,
		Example: `  relaysim scrub session.jsonl -o clean.jsonl
  relaysim scrub --in-place --redact-users recordings/*.jsonl
  relaysim scrub session.jsonl -o clean.jsonl --redact-field phone --redact '\+\d{10,}'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return wantArgs(1, "recordings to scrub")(cmd, args)
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			return scrubAll(p, flags, args)
		},
	}
	f := cmd.Flags()
	flags.to.add(f, "write the recording to this `file`")
	f.BoolVar(&flags.inPlace, "in-place", false, "replace the files themselves")
	f.StringVar(&flags.secrets, "secrets", "", "cut out the lines of this `file` too")
	f.StringArrayVar(&flags.redact.Patterns, "redact", nil, "cut out what matches this `regexp` too; may be given again")
	f.StringSliceVar(&flags.redact.Fields, "redact-field", nil, "cut out the values of members with these `names` too")
	f.BoolVar(&flags.redact.Users, "redact-users", false, "replace names and the texts of messages, keeping their lengths")
	return cmd
}

func scrubAll(p program, flags scrubFlags, files []string) error {
	switch {
	case flags.inPlace == (flags.to.path != ""):
		return errors.New("want -o for another file, or --in-place for the files themselves")
	case flags.to.path != "" && len(files) > 1:
		return errors.New("-o takes one recording: use --in-place for several")
	case flags.inPlace && flags.to.force:
		return errors.New("--force is for -o: --in-place replaces the files anyway")
	}
	if err := flags.to.check(); err != nil {
		return err
	}
	if flags.secrets != "" {
		b, err := os.ReadFile(flags.secrets)
		if err != nil {
			return fmt.Errorf("--secrets: %s: %w", flags.secrets, reason(err))
		}
		flags.redact.Known = strings.Fields(string(b))
	}
	if _, err := redact.New(flags.redact); err != nil {
		return fmt.Errorf("--redact: %w", err)
	}
	for _, file := range files {
		out := flags.to.path
		if flags.inPlace {
			var err error
			if out, err = filepath.EvalSymlinks(file); err != nil {
				return fmt.Errorf("%s: %w", file, reason(err))
			}
		}
		if err := scrubFile(p, file, out, flags.redact); err != nil {
			return err
		}
	}
	return nil
}

func scrubFile(p program, file, out string, o redact.Options) error {
	in, err := openRecording(file)
	if err != nil {
		return err
	}
	defer in.Close()
	to, err := createFile(out)
	if err != nil {
		return err
	}
	result, err := scrub.Recording(in, file, to, o)
	if err != nil {
		to.discard()
		return err
	}
	if err := to.commit(); err != nil {
		return err
	}
	for _, w := range result.Warnings {
		fmt.Fprintf(p.stderr, "%s (warning)\n", w)
	}
	fmt.Fprintf(p.stderr, "%s: %s\n", out, cutText(result))
	return nil
}

// kindNames are what kinds of secret are called that do not say it themselves.
var kindNames = map[redact.Kind]string{
	redact.Known: "known secret", redact.Field: "field value", redact.Pattern: "pattern match", redact.Nested: "nested text",
}

// cutText says what was cut, by kind.
func cutText(r scrub.Result) string {
	var kinds []string
	for _, c := range r.Cut {
		name := string(c.Kind)
		if plain := kindNames[c.Kind]; plain != "" {
			name = plain
		}
		kinds = append(kinds, count(c.Secrets, name))
	}
	text := fmt.Sprintf("%d of %s changed", r.Changed, count(r.Lines, "line"))
	if len(kinds) > 0 {
		text += "; cut: " + strings.Join(kinds, ", ")
	}
	return text
}
