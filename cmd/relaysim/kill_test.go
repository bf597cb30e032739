//go:build unix

package main

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// process is a relaysim in a process of its own, and the lines that it says.
type process struct {
	t     *testing.T
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startProcess(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(self)}
	p.cmd.Args = append([]string{"relaysim"}, args...)
	p.cmd.Env = append(os.Environ(), "GATEWAY_RELAY_ID=gw-1", "GATEWAY_RELAY_SECRET=the-secret-of-gw-1",
		"GATEWAY_RELAY_PLATFORMS=discord", `GATEWAY_RELAY_BOT_IDS={"discord":{"botId":"discord-bot"}}`)
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	p.cmd.Stdout, p.cmd.Stderr = in, in
	p.lines = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	patience := time.AfterFunc(time.Minute, p.kill)
	t.Cleanup(func() { patience.Stop(); p.kill(); out.Close() })
	return p
}

// kill is kill -9. A second time does nothing.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// says waits until it says something, and returns the last group of the pattern.
func (p *process) says(pattern string) string {
	p.t.Helper()
	re := regexp.MustCompile(pattern)
	var said []string
	for p.lines.Scan() {
		said = append(said, p.lines.Text())
		if m := re.FindStringSubmatch(p.lines.Text()); m != nil {
			return m[len(m)-1]
		}
	}
	p.t.Fatalf("it never said %s, but\n%s", pattern, strings.Join(said, "\n"))
	return ""
}

// speak lets a user write.
func speak(t *testing.T, url, text string) {
	t.Helper()
	answer, err := http.Post(url+"/serve/steps", "application/json", strings.NewReader(`{"inbound":{"text":"`+text+`","guild":"G1"}}`))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s", answer.Status, body)
	}
}

// Both halves are killed while they have something to keep, and started again:
// what was said to the gateway that was away reaches it, in the session that it
// had, which is to be resumed.
func TestBuffersAndSessionsSurviveKill(t *testing.T) { // SES-7, SES-8, IDLE-3, IDLE-4
	t.Parallel()
	folder := t.TempDir()
	buffers, sessions := filepath.Join(folder, "buffers"), filepath.Join(folder, "sessions")
	serve := func() (*process, string) {
		p := startProcess(t, "serve", "--listen", "127.0.0.1:0", "--buffers", buffers)
		return p, p.says(`GATEWAY_RELAY_URL=(\S+)`)
	}
	record := func(url, name string) *process {
		return startProcess(t, "record", "--connector", url, "--out", filepath.Join(folder, name), "--agent", "echo", "--sessions", sessions)
	}
	connector, url := serve()
	gateway := record(url, "first.jsonl")
	gateway.says(`the gateway is (connected)`)
	speak(t, url, "one")
	connector.says(`#C1  bot: (one)`)
	gateway.kill()
	before := onlySession(t, sessions)
	connector.says(`conn 1 .*(cuts|closes)`)
	speak(t, url, "two")
	speak(t, url, "three")
	connector.kill()

	connector, url = serve()
	second := startProcess(t, "serve", "--listen", "127.0.0.1:0", "--buffers", buffers)
	second.says(`--buffers: buffer: .*buffers: (in use by another process)$`)
	gateway = record(url, "second.jsonl")
	connector.says(`#C1  bot: (two)`)
	connector.says(`#C1  bot: (three)`)
	gateway.kill()
	if after := onlySession(t, sessions); after != before {
		t.Errorf("the session is %s, was %s", after, before)
	}
}

var sessionID = regexp.MustCompile(`"session_id":"([^"]+)"`)

// onlySession is the id of the session that a folder keeps.
func onlySession(t *testing.T, folder string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "sessions.json"))
	ids := sessionID.FindAllStringSubmatch(string(raw), -1)
	if err != nil || len(ids) != 1 {
		t.Fatalf("want one session, got %s (%v)", raw, err)
	}
	return ids[0][1]
}
