package replay

// CompileIn is Compile within a window of so many lines.
var CompileIn = compileIn
