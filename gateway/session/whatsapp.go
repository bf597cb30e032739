package session

import "strings"

// personID is the one spelling of a person's id. Only WhatsApp has several: a
// phone number, a device suffix, a linked id (SK-5).
func personID(platform, id string, opt KeyOptions) string {
	if platform != "whatsapp" {
		return id
	}
	return resolve(canonical(id), opt.Aliases)
}

// canonical is a WhatsApp id without what differs between its spellings: the
// first +, the device after a colon, the server after an @ (SK-5).
func canonical(id string) string {
	id = strings.Replace(strings.TrimSpace(id), "+", "", 1)
	if end := strings.IndexAny(id, ":@"); end >= 0 {
		id = id[:end]
	}
	return id
}

// resolve follows the aliases of a canonical id and picks the shortest of all
// that it meets, then the smallest (SK-5). Aliases may run in circles.
func resolve(id string, aliases map[string][]string) string {
	if id == "" || len(aliases[id]) == 0 {
		return id
	}
	best, met, queue := id, map[string]bool{id: true}, []string{id}
	for len(queue) > 0 {
		next := queue[0]
		queue = queue[1:]
		for _, alias := range aliases[next] {
			alias = canonical(alias)
			if alias == "" || met[alias] {
				continue
			}
			met[alias] = true
			queue = append(queue, alias)
			if len(alias) < len(best) || len(alias) == len(best) && alias < best {
				best = alias
			}
		}
	}
	return best
}
