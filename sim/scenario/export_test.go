package scenario

import "errors"

// Tree is a file as a tree of the JSON kinds, for a test of the schema.
func Tree(data []byte) (any, error) {
	l := &loader{}
	root := l.parse(data)
	if root == nil {
		return nil, errors.Join(l.errors())
	}
	return l.tree(root, ""), nil
}
