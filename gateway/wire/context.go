package wire

// renderContext renders the surrounding channel messages, oldest first
// (CTX-2). Nothing to render is "". One without text is skipped, and one
// without an author is its text alone.
func renderContext(raw []byte) string {
	var b []byte
	eachElement(raw, func(item []byte) {
		var text, name, id string
		var source []byte
		eachMember(item, func(key, val []byte) {
			switch string(key) {
			case "text":
				text = stringOf(val)
			case "source":
				source = val
			}
		})
		if text == "" {
			return
		}
		eachMember(source, func(key, val []byte) {
			switch string(key) {
			case "user_name":
				name = stringOf(val)
			case "user_id":
				id = stringOf(val)
			}
		})
		if b == nil {
			b = append(b, "[Recent channel messages]"...)
		}
		b = append(b, '\n')
		if author := firstOf(name, id); author != "" {
			b = append(b, author...)
			b = append(b, ": "...)
		}
		b = append(b, text...)
	})
	return string(b)
}

// firstOf returns the first that is not empty.
func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
