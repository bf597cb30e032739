package session_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/relaysim/relaysim/gateway/session"
	"github.com/relaysim/relaysim/gateway/wire"
)

// newStore is a store in memory on a clock at noon; change may be nil.
func newStore(t *testing.T, change func(*session.Options)) (*session.Store, *handClock) {
	t.Helper()
	clock := &handClock{time: noon}
	o := session.Options{Location: time.UTC, Clock: clock}
	if change != nil {
		change(&o)
	}
	store, err := session.NewStore(o)
	if err != nil {
		t.Fatal(err)
	}
	return store, clock
}

func entry(t *testing.T, store *session.Store, key string) session.Entry {
	t.Helper()
	e, ok := store.Entry(key)
	if !ok {
		t.Fatalf("%s names no session", key)
	}
	return e
}

// A clock that is set back neither ends a session nor keeps it alive longer
// than its policy says from then on.
func TestClockSetBack(t *testing.T) { // SES-2, SES-8, SES-11
	t.Parallel()
	store, clock := newStore(t, func(o *session.Options) { o.PruneAfter = 24 * time.Hour })
	first := say(store, "a", "hi")
	clock.time = noon.Add(-100 * 24 * time.Hour)
	if n := store.Prune(); n != 0 {
		t.Errorf("%d entries were pruned", n)
	}
	if err := store.Open(); err != nil || !entry(t, store, "a").ResumePending {
		t.Errorf("after a crash: %v, %+v", err, entry(t, store, "a"))
	}
	again := say(store, "a", "hi")
	if again.ID != first.ID || !again.UpdatedAt.Equal(clock.time) {
		t.Errorf("got %+v, want session %s used at %v", again, first.ID, clock.time)
	}
	store.Succeed(&again, "")
	clock.time = clock.time.Add(25 * time.Hour)
	if e := store.Use("a", &wire.Source{}); e.ID == first.ID {
		t.Errorf("a day later it is still %s", e.ID)
	}
}

// The hour is the one on the wall, on days with 23 and 25 hours too.
func TestDailyHourWhereTheClocksChange(t *testing.T) { // SES-3
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	for _, day := range []time.Month{time.March, time.October} { // both on the last Sunday
		policy := session.Policy{Mode: session.Daily, Hour: 4}
		store, clock := newStore(t, func(o *session.Options) {
			o.Location, o.Policies.Default = berlin, &policy
		})
		sunday := map[time.Month]int{time.March: 29, time.October: 25}[day]
		at := func(hour, minute int) time.Time { return time.Date(2026, day, sunday, hour, minute, 0, 0, berlin) }
		clock.time = at(0, 30)
		first := say(store, "a", "hi")
		clock.time = at(3, 59)
		if e := say(store, "a", "hi"); e.ID != first.ID {
			t.Errorf("%v: replaced at 03:59", day)
		}
		clock.time = at(4, 0)
		if e := say(store, "a", "hi"); e.ID == first.ID || e.AutoReset != session.ReasonDaily {
			t.Errorf("%v: at 04:00 it is %+v", day, e)
		}
	}
}

// On the day that leaves the hour out, the hour of the day before is still the last.
func TestDailyHourThatIsLeftOut(t *testing.T) { // SES-3
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	policy := session.Policy{Mode: session.Daily, Hour: 2}
	store, clock := newStore(t, func(o *session.Options) {
		o.Location, o.Policies.Default = berlin, &policy
	})
	clock.time = time.Date(2026, 3, 28, 2, 30, 0, 0, berlin)
	first := say(store, "a", "hi")
	clock.time = time.Date(2026, 3, 29, 1, 59, 0, 0, berlin)
	if e := say(store, "a", "hi"); e.ID != first.ID {
		t.Error("replaced before the hour")
	}
	clock.time = time.Date(2026, 3, 29, 3, 0, 0, 0, berlin) // a minute later
	if e := say(store, "a", "hi"); e.ID == first.ID {
		t.Error("not replaced when the hour was left out")
	}
}

// Two sessions that begin in one second have two ids, whatever the source gives.
func TestIDsDiffer(t *testing.T) { // SES-1
	t.Parallel()
	store, _ := newStore(t, func(o *session.Options) { o.NewID = func() uint32 { return 0xffffffff } })
	if e := say(store, "a", "hi"); e.ID != "20260310_120000_ffffffff" {
		t.Errorf("got %s", e.ID)
	}
	if e := say(store, "b", "hi"); e.ID != "20260310_120000_00000000" {
		t.Errorf("got %s", e.ID)
	}
	if e, _ := store.Reset("b"); e.ID != "20260310_120000_00000001" {
		t.Errorf("got %s: the id of a past session is taken too", e.ID)
	}
}

// /stop says that /resume goes back, and so it does before anything else is said.
func TestResumeOfTheSessionThatIsSuspended(t *testing.T) { // SES-5
	t.Parallel()
	store, clock := newStore(t, nil)
	stopped := say(store, "a", "hi")
	store.Suspend("a")
	clock.time = noon.Add(48 * time.Hour)
	if e, err := store.Resume("a", stopped.ID); err != nil || e.Suspended {
		t.Errorf("got %+v, %v", e, err)
	}
	if e := say(store, "a", "on"); e.ID != stopped.ID || e.Turns != 2 {
		t.Errorf("the next message is in %+v", e)
	}
}

// The sessions that a user leaves behind with /new have an end.
func TestPastIsBounded(t *testing.T) { // SES-5
	t.Parallel()
	store, _ := newStore(t, nil)
	first := say(store, "a", "hi")
	for range 1000 {
		store.Reset("a")
	}
	if _, err := store.Resume("a", first.ID); err != nil {
		t.Error(err)
	}
	for range 10 {
		store.Reset("a")
	}
	if n := len(store.Past("a")); n != 1000 {
		t.Errorf("%d past sessions", n)
	}
}

func TestResume(t *testing.T) { // SES-5
	t.Parallel()
	store, _ := newStore(t, nil)
	mine, theirs := say(store, "mine", "hi"), say(store, "theirs", "hi")
	for _, id := range []string{theirs.ID, "20260310_120000_00000000", "", "../x"} {
		if _, err := store.Resume("mine", id); !errors.Is(err, session.ErrUnknownSession) {
			t.Errorf("%q: got %v, want %v", id, err, session.ErrUnknownSession)
		}
	}
	fresh, _ := store.Reset("mine")
	store.Suspend("mine")
	e, err := store.Resume("mine", mine.ID)
	if err != nil || e.ID != mine.ID || e.Suspended || e.Turns != 1 {
		t.Errorf("got %+v, %v", e, err)
	}
	past := store.Past("mine")
	if len(past) != 1 || past[0].ID != fresh.ID || past[0].Ended != session.ReasonSwitched {
		t.Errorf("past: %+v", past)
	}
}

// A turn that ends after its session was replaced does not touch the new one.
func TestTurnEndsAfterItsSession(t *testing.T) { // SES-10
	t.Parallel()
	store, _ := newStore(t, nil)
	old := say(store, "a", "hi")
	store.Reset("a")
	fresh := say(store, "a", "hi")
	store.MarkResumePending("a", "test")
	store.Succeed(&old, "late")
	store.Fail(&old, "later")
	if e := entry(t, store, "a"); e.ID != fresh.ID || !e.ResumePending || !e.Running {
		t.Errorf("got %+v", e)
	}
	if list, _ := store.Transcript(old.ID); len(list) != 3 || list[2].Text != "later" {
		t.Errorf("transcript: %+v", list)
	}
}

func TestUndo(t *testing.T) { // SES-12
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	inMemory, _ := newStore(t, nil)
	for name, store := range map[string]*session.Store{"memory": inMemory, "disk": mustOpen(t, folder, clock)} {
		t.Run(name, func(t *testing.T) {
			if taken, err := store.Undo("a"); err != nil || taken != nil {
				t.Errorf("of no session: %v, %v", taken, err)
			}
			for _, text := range []string{"1", "2", "3"} {
				e := say(store, "a", "ask "+text)
				store.Succeed(&e, "answer "+text)
			}
			for _, want := range []string{"3", "2"} {
				taken, err := store.Undo("a")
				if err != nil || len(taken) != 2 || taken[0].Text != "ask "+want || taken[1].Text != "answer "+want {
					t.Errorf("undo %s: %+v, %v", want, taken, err)
				}
			}
			say(store, "a", "ask 4")
			var got []string
			list, err := store.Transcript(entry(t, store, "a").ID)
			for _, m := range list {
				if !m.Undone {
					got = append(got, m.Text)
				}
			}
			if text := strings.Join(got, ", "); err != nil || len(list) != 7 || text != "ask 1, answer 1, ask 4" {
				t.Errorf("%d messages, standing: %s; %v", len(list), text, err)
			}
			for range 3 {
				if _, err := store.Undo("a"); err != nil {
					t.Error(err)
				}
			}
			if taken, err := store.Undo("a"); err != nil || taken != nil {
				t.Errorf("with nothing left: %v, %v", taken, err)
			}
		})
	}
}

// What is forgotten takes its transcripts along; a past session is forgotten
// even where its key goes on.
func TestPruneForgetsTranscripts(t *testing.T) { // SES-11
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	store := mustOpen(t, folder, clock)
	old := say(store, "a", "hi")
	store.Succeed(&old, "hello")
	store.Reset("a")
	clock.time = noon.Add(89 * 24 * time.Hour)
	fresh := say(store, "a", "hi")
	clock.time = noon.Add(91 * 24 * time.Hour)
	store.Use("a", &wire.Source{})
	save(t, store)
	if past := store.Past("a"); len(past) != 1 || past[0].ID != fresh.Previous && past[0].Ended != session.ReasonIdle {
		t.Errorf("past: %+v", past)
	}
	if list, err := store.Transcript(old.ID); err != nil || len(list) != 0 {
		t.Errorf("transcript of what was forgotten: %v, %v", list, err)
	}
}

// Goroutines use, save and read one store at once.
func TestStoreFromManyGoroutines(t *testing.T) {
	t.Parallel()
	folder, clock := t.TempDir(), &handClock{time: noon}
	store := mustOpen(t, folder, clock)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			key := "user-" + strconv.Itoa(i%4)
			for range 10 {
				e := say(store, key, "hi")
				store.Succeed(&e, "hello")
				if err := store.Save(); err != nil {
					t.Error(err)
				}
				if _, err := store.Transcript(e.ID); err != nil {
					t.Error(err)
				}
				defer store.Work(key)()
			}
		})
	}
	all.Wait()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	killed(t, store)
	again := mustOpen(t, folder, clock)
	for _, e := range again.Entries() {
		if list, err := again.Transcript(e.ID); err != nil || len(list) != 40 || e.Turns != 20 || e.ResumePending {
			t.Errorf("%d messages, %+v, %v", len(list), e, err)
		}
	}
}
