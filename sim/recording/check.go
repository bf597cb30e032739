package recording

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/relaysim/relaysim/sim/trace"
)

// check says whether the line's kind is known, and what an observation of that
// kind lacks.
func (f *lineFields) check() (known bool, err error) {
	switch trace.Kind(f.Kind) {
	case trace.Open:
		return true, f.checkConn()
	case trace.Frame:
		return true, f.checkFrame()
	case trace.Close:
		return true, f.checkClose()
	case trace.Routed:
		if f.Event == nil {
			err = errors.New("no event: want the event as the agent got it")
		}
		return true, err
	case trace.Agent:
		if f.Call == "" {
			err = errors.New("no call: want the name of the agent's call")
		}
		return true, err
	case trace.Interrupted, trace.State, trace.Answer, trace.Buffered, trace.Wake, trace.Note:
		return true, nil
	}
	return false, nil
}

func (f *lineFields) checkConn() error {
	if f.Conn < 1 {
		return errors.New("no conn: want the socket's number, from 1")
	}
	return nil
}

func (f *lineFields) checkFrame() error {
	n := 0
	for _, there := range []bool{f.Frame != nil, f.Text != nil, f.Base64 != nil} {
		if there {
			n++
		}
	}
	if n != 1 {
		return errors.New("want the message in one of frame, text and base64")
	}
	if f.From == "" {
		return errors.New("no from: want gateway or connector")
	}
	return f.checkClose()
}

// checkClose allows an end that was nobody's.
func (f *lineFields) checkClose() error {
	switch trace.Side(f.From) {
	case trace.Gateway, trace.Connector, "":
		return f.checkConn()
	}
	return fmt.Errorf("from: want gateway or connector, got %q", f.From)
}

// kindName names a Go kind as a person who writes JSON would.
func kindName(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "a number"
}
