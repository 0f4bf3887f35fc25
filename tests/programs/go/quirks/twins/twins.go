// Package twins has methods of generic types that lose their receivers, so that two have one name.
package twins

// A is generic.
type A[T any] struct{ v T }

// Get has the name of the next function, too.
func (a A[T]) Get() T { return a.v }

// B is generic.
type B[T any] struct{ v []T }

// Get has the name of the function before.
func (b B[T]) Get() (v T) {
	if len(b.v) > 0 {
		return b.v[0]
	}
	return
}

// Use calls both.
func Use() {
	A[int]{}.Get()
	B[int]{}.Get()
}
