// Package hollow has functions and not one statement.
package hollow

// Nothing is empty.
func Nothing() {}

// Nought is empty too.
func Nought() {}
