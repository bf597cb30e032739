package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/relaysim/relaysim/sim/connector"
	"github.com/relaysim/relaysim/sim/scenario"
)

// APIPath is where the API is; see API.md.
const APIPath = "/serve/"

const (
	maxBody = 1 << 20 // of a request, in bytes
	// bodyTimeout and answerTimeout bound the reading of a request's body and one
	// write of an answer, in real time.
	bodyTimeout   = 10 * time.Second
	answerTimeout = 10 * time.Second
)

const apiHelp = `POST steps        do what a scenario's step does, such as {"inbound": {"text": "hi"}}
GET  connections  the gateways that are connected
GET  chats        the channels
GET  chats?channel=ID   what a user sees in one
GET  trace        what happened, as a recording; ?after=SEQ, ?follow=true
`

// handlers is the API.
func (s *Server) handlers() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+APIPath+"steps", s.postStep)
	mux.HandleFunc("GET "+APIPath+"connections", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"connections": s.connector.Connections()})
	})
	mux.HandleFunc("GET "+APIPath+"chats", s.getChats)
	mux.HandleFunc("GET "+APIPath+"trace", s.getTrace)
	mux.HandleFunc("GET "+APIPath+"{$}", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, apiHelp)
	})
	mux.HandleFunc(APIPath, func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, fmt.Sprintf("no %s %s: GET %s says what there is", r.Method, r.URL.Path, APIPath))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.begin() {
			refuse(w, http.StatusServiceUnavailable, "relaysim serve is ending")
			return
		}
		defer s.serving.Done()
		if status, why := s.guard(r); status != 0 {
			refuse(w, status, why)
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTimeout))
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(bodyTimeout + edgeTimeout + answerTimeout))
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// postStep performs a step.
func (s *Server) postStep(w http.ResponseWriter, r *http.Request) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "want the header Content-Type: application/json")
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		refuse(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("a step has at most %d bytes", maxBody))
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "the body cannot be read: "+err.Error())
		return
	case !json.Valid(body):
		refuse(w, http.StatusBadRequest, `want a step as a JSON object, such as {"inbound": {"text": "hi"}}`)
		return
	}
	step, err := scenario.LoadStep("step", body)
	if err != nil {
		refuse(w, http.StatusBadRequest, problems(err)...)
		return
	}
	done, err := s.Perform(r.Context(), step)
	switch {
	case errors.Is(err, connector.ErrDropped):
		refuse(w, http.StatusConflict, err.Error())
		return
	case err != nil:
		refuse(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	out := map[string]any{"ok": true}
	if done.MessageID != "" {
		out["message_id"] = done.MessageID
	}
	if done.Status != 0 {
		out["answer"] = map[string]any{"status": done.Status, "body": jsonOrText(done.Answer)}
	}
	answer(w, http.StatusOK, out)
}

// problems are those of a step, without the place that one line of JSON has.
func problems(err error) []string {
	var list scenario.Errors
	if !errors.As(err, &list) {
		return []string{err.Error()}
	}
	var texts []string
	for _, p := range list {
		texts = append(texts, strings.TrimPrefix(p.Path+": "+p.Text, ": "))
	}
	return texts
}

func jsonOrText(b []byte) any {
	if json.Valid(b) {
		return json.RawMessage(b)
	}
	return string(b)
}

func (s *Server) getChats(w http.ResponseWriter, r *http.Request) {
	if q := r.URL.Query(); q.Has("channel") {
		answer(w, http.StatusOK, s.Chat(q.Get("channel")))
		return
	}
	answer(w, http.StatusOK, map[string]any{"chats": s.connector.Chats()})
}

// refuse answers that something is wrong, and what to do.
func refuse(w http.ResponseWriter, status int, problems ...string) {
	answer(w, status, map[string]any{"ok": false, "error": strings.Join(problems, "; ")})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // the caller is gone
}
