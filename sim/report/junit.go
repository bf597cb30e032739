package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/relaysim/relaysim/sim/verdict"
)

// JUnit reports for a CI that shows test results: JUnit's XML, one testsuite
// for all and one testcase for each verdict. What was not judged is an error.
type JUnit struct {
	w     io.Writer
	suite junitSuite
}

// NewJUnit returns a Reporter that writes XML to w, all of it in End.
func NewJUnit(w io.Writer) *JUnit { return &JUnit{w: w} }

type junitSuites struct {
	XMLName xml.Name   `xml:"testsuites"`
	Suite   junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"` // seconds
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class string `xml:"classname,attr"`
	Name  string `xml:"name,attr"`
	File  string `xml:"file,attr,omitempty"`
	Line  int    `xml:"line,attr,omitempty"`
	Time  string `xml:"time,attr"`
	// Properties say how much was compared with a gateway of somebody else's.
	Properties *junitProperties `xml:"properties"`
	Failure    *junitMessage    `xml:"failure"`
	Error      *junitMessage    `xml:"error"`
	Skipped    *junitMessage    `xml:"skipped"`
}

type junitProperties struct {
	List []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Add keeps one verdict.
func (j *JUnit) Add(e Entry) {
	c := junitCase{
		Class: class(e.File), Name: inXML(e.label()), File: inXML(e.File), Line: e.Line,
		Time: fmt.Sprintf("%.3f", e.Elapsed.Seconds()),
	}
	if e.Compared != nil {
		c.Properties = &junitProperties{[]junitProperty{{"compared", inXML(compared(e.Compared))}}}
	}
	switch e.Outcome {
	case verdict.Passed:
	case verdict.Skipped:
		c.Skipped = &junitMessage{Message: inXML(e.Reason)}
	case verdict.Failed:
		c.Failure = &junitMessage{Message: inXML(headline(e)), Text: inXML(details(e))}
	default:
		c.Error = &junitMessage{Message: inXML("not judged: " + e.Reason), Text: inXML(details(e))}
	}
	j.suite.Cases = append(j.suite.Cases, c)
}

// End writes the document.
func (j *JUnit) End(s Summary) error {
	j.suite.Name = "relaysim"
	j.suite.Tests = len(j.suite.Cases)
	j.suite.Failures, j.suite.Errors, j.suite.Skipped = s.Failed, s.NotJudged, s.Skipped+s.Known
	j.suite.Time = fmt.Sprintf("%.3f", s.Elapsed.Seconds())
	if _, err := io.WriteString(j.w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(j.w)
	enc.Indent("", "  ")
	if err := enc.Encode(junitSuites{Suite: j.suite}); err != nil {
		return err
	}
	_, err := io.WriteString(j.w, "\n")
	return err
}

// class is a file's name in the dotted form that JUnit's readers group by.
func class(file string) string {
	file = strings.TrimPrefix(strings.ReplaceAll(file, `\`, "/"), "./")
	return inXML(strings.ReplaceAll(strings.Trim(file, "/"), "/", "."))
}

// headline says in one line what went wrong.
func headline(e Entry) string {
	if len(e.Problems) == 0 {
		return e.Reason
	}
	first, _, _ := strings.Cut(cutSecrets(e.Problems[0].Text), "\n")
	if more := len(e.Problems) - 1; more > 0 {
		first += fmt.Sprintf(" (and %d more)", more)
	}
	return first
}

// details is what text shows of the run.
func details(e Entry) string {
	var b strings.Builder
	t := NewText(&b, TextOptions{})
	t.run(e)
	t.w.Flush()
	return b.String()
}

// inXML writes the characters that XML 1.0 cannot hold at all as escapes. The
// encoder would put U+FFFD in their place.
func inXML(s string) string {
	if strings.IndexFunc(s, outsideXML) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if outsideXML(r) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func outsideXML(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}
