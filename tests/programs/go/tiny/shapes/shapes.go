// Package shapes has methods, of plain and of generic types.
package shapes

import "fmt"

// Point is a plain type.
type Point struct{ X, Y int }

// String has a value receiver.
func (p Point) String() string { return fmt.Sprintf("(%d,%d)", p.X, p.Y) }

// Move has a pointer receiver.
func (p *Point) Move(dx, dy int) {
	p.X += dx
	p.Y += dy
}

// Stack is a generic type.
type Stack[T any] struct{ items []T }

// Push loses its receiver in the files.
func (s *Stack[T]) Push(item T) { s.items = append(s.items, item) }

// Pop does too.
func (s *Stack[T]) Pop() (item T, ok bool) {
	if len(s.items) == 0 {
		return item, false
	}
	last := len(s.items) - 1
	item = s.items[last]
	s.items = s.items[:last]
	return item, true
}

// Map is a generic function.
func Map[A, B any](in []A, f func(A) B) []B {
	var out []B
	for _, a := range in {
		out = append(out, f(a))
	}
	return out
}

type walker interface{ walk() int }

type legs int

func (l legs) walk() int { return int(l) }

// Tour calls most of it.
func Tour() {
	p := &Point{1, 2}
	p.Move(2, 2)
	fmt.Println(p)
	var s Stack[walker]
	s.Push(legs(2))
	if w, ok := s.Pop(); ok {
		fmt.Println(w.walk())
	}
	fmt.Println(Map([]int{1, 2, 3}, func(n int) string { return fmt.Sprint(n) }))
}
