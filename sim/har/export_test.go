package har

// ReadAtMost is Read with another limit.
var ReadAtMost = read
