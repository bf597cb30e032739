package connector

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// wake pokes the instance, because something waits for it while it is flipped:
// once for each flip, and no more often than the cool-down allows (WAKE-1,
// WAKE-2). A poke that came to nothing is made again for a later entry. The lock
// is held.
func (i *instance) wake() {
	if i.wakeURL == "" || i.woken == i.nap {
		return // (WAKE-3) without a URL there is nothing to poke
	}
	claim := fmt.Sprintf("wake %q %q", i.name.Tenant, i.name.Instance) // no two instances have the same
	may, err := i.c.state.Claim(claim, i.c.clock.Now(), i.c.wakeCoolDown)
	if err != nil {
		i.c.note(i.peer, "wake: "+err.Error())
	}
	if !may || !i.c.begin() {
		return
	}
	i.c.activity.Begin() // on behalf of the goroutine
	nap := i.nap
	go func() {
		defer i.c.serving.Done()
		defer i.c.activity.End()
		if err := i.c.poke(i.wakeURL); err != nil {
			i.c.note(i.peer, "wake: "+err.Error()) // and no more: it is swallowed (WAKE-2)
			return
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		i.woken = max(i.woken, nap) // it may have woken, and gone idle again, meanwhile
	}()
}

// poke asks for a wake URL with GET, and sends nothing with it: no payload, no
// signature, no credential (WAKE-1).
//
// Whoever registers a wake URL makes this connector ask for it, from inside the
// connector's network. So it is asked for http and https only, with GET, without
// the user part of the URL, no redirect is followed to where the URL itself could
// not point, the time is bounded, and what is answered goes nowhere. What it may
// still do is reach a host that only the connector can reach and tell by the
// cool-down whether it answered. A connector that strangers can register at must
// give Options.WakeClient a transport that dials public addresses only; the
// address has to be judged when it is dialled, for a name may change its mind.
func (c *Connector) poke(wakeURL string) error {
	u, err := url.Parse(wakeURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("the wake URL is not an http or https URL")
	}
	u.User = nil
	ctx, cancel := context.WithTimeout(c.ctx, c.wakeTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	response, err := c.wakeClient.Do(request)
	if err != nil {
		var failed *url.Error
		if errors.As(err, &failed) {
			err = failed.Err // the URL may hold what its owner keeps to himself
		}
		return err
	}
	response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("the wake URL answers %d", response.StatusCode)
	}
	return nil
}

// wakeClient is client, or one of our own, that follows no redirect and keeps no
// cookies.
func wakeClient(client *http.Client) *http.Client {
	if client == nil {
		client = http.DefaultClient
	}
	return &http.Client{
		Transport:     client.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

const (
	defaultWakeCoolDown = 30 * time.Second // contract time
	defaultWakeTimeout  = 5 * time.Second  // real time
)
