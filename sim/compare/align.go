package compare

// maxCells bounds the table of one alignment. Lanes that are longer and differ
// in more than their ends are aligned by what comes next.
const maxCells = 4 << 20

// align pairs the items of a lane: as many as have equal keys in the same
// order, and among such ways the one in which most pairs are alike.
func align(a, b []*Item) []row {
	var head, tail []row
	for len(a) > 0 && len(b) > 0 && a[0].alike(b[0]) {
		head = append(head, row{a: a[0], b: b[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1].alike(b[len(b)-1]) {
		tail = append(tail, row{a: a[len(a)-1], b: b[len(b)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a)*len(b) <= maxCells {
		head = append(head, table(a, b)...)
	} else {
		head = append(head, byNext(a, b)...)
	}
	for i := range tail {
		head = append(head, tail[len(tail)-1-i])
	}
	return head
}

// alike says that nothing but identifiers differs.
func (i *Item) alike(j *Item) bool { return i.key == j.key && i.mask == j.mask }

// pairWorth is more than all pairs together can gain by being alike.
const pairWorth = 1 << 12

// table aligns by dynamic programming over the rests of both lanes.
func table(a, b []*Item) []row {
	best := make([]int32, (len(a)+1)*(len(b)+1))
	at := func(i, j int) *int32 { return &best[i*(len(b)+1)+j] }
	worth := func(i, j int) int32 {
		switch {
		case a[i].alike(b[j]):
			return pairWorth + 1
		case a[i].key == b[j].key:
			return pairWorth
		}
		return -1
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			*at(i, j) = max(*at(i+1, j), *at(i, j+1))
			if w := worth(i, j); w > 0 {
				*at(i, j) = max(*at(i, j), w+*at(i+1, j+1))
			}
		}
	}
	var rows []row
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		w := worth(i, j)
		switch {
		case w > 0 && *at(i, j) == w+*at(i+1, j+1):
			rows = append(rows, row{a: a[i], b: b[j]})
			i, j = i+1, j+1
		case *at(i, j) == *at(i+1, j):
			rows = append(rows, row{a: a[i]})
			i++
		default:
			rows = append(rows, row{b: b[j]})
			j++
		}
	}
	return append(rows, rest(a[i:], b[j:])...)
}

// byNext pairs each item of a with the next of b that has its key.
func byNext(a, b []*Item) []row {
	places := map[string][]int{}
	for j, item := range b {
		places[item.key] = append(places[item.key], j)
	}
	var rows []row
	j := 0
	for _, item := range a {
		list := places[item.key]
		for len(list) > 0 && list[0] < j {
			list = list[1:]
		}
		places[item.key] = list
		if len(list) == 0 {
			rows = append(rows, row{a: item})
			continue
		}
		for ; j < list[0]; j++ {
			rows = append(rows, row{b: b[j]})
		}
		rows = append(rows, row{a: item, b: b[j]})
		j++
	}
	return append(rows, rest(nil, b[j:])...)
}

func rest(a, b []*Item) []row {
	var rows []row
	for _, item := range a {
		rows = append(rows, row{a: item})
	}
	for _, item := range b {
		rows = append(rows, row{b: item})
	}
	return rows
}
