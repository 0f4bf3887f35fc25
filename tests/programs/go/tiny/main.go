// Command tiny has one of each kind of function and takes another way for each argument list.
package main

import (
	"fmt"
	"os"
	"strconv"

	onlytypes "example.org/tiny/only-types"
	"example.org/tiny/shapes"
	odd "example.org/tiny/v2.x/odd_names"
)

var square = func(n int) int { return n * n }

var table = map[string]func(int) int{
	"double": func(n int) int { return 2 * n },
	"clamp": func(n int) int {
		if n > 100 {
			return 100
		}
		return n
	},
}

var log []string

func init() {
	log = append(log, "first")
}

func pick(n int) string {
	switch {
	case n == 0:
		return "none"
	case n < 10:
		return "few"
	case n < 1000:
		return "some"
	default:
		return "many"
	}
}

func init() {
	if len(os.Args) > 9 {
		log = append(log, "crowded")
	}
}

func empty() {}

func spin(n int) int {
	sum := 0
	for i := 0; i < n; i++ {
		sum += i
	}
	return sum
}

func recurse(n int) int {
	if n <= 1 {
		return 1
	}
	// The comment keeps the two halves apart.

	return n * recurse(n-1)
}

func unused(n int) (out int) {
	defer func() { out++ }()
	if n > 0 && n < 5 || n == 7 {
		return n
	}
	return -n
}

func init() { log = append(log, "last") }

func act(arg string) {
	n, err := strconv.Atoi(arg)
	if err != nil {
		word(arg)
		return
	}
	fmt.Println(pick(n), square(n), spin(n))
}

func word(arg string) {
	if f, found := table[arg]; found {
		fmt.Println(f(150))
		return
	}
	switch arg {
	case "shapes":
		shapes.Tour()
	case "odd":
		odd.Größe(3)
	case "recurse":
		fmt.Println(recurse(6))
	case "types":
		fmt.Println(onlytypes.Limit)
	case "unused":
		fmt.Println(unused(7))
	case "fail":
		os.Exit(3)
	default:
		fmt.Println(len(arg))
	}
}

func main() {
	empty()
	for _, arg := range os.Args[1:] {
		act(arg)
	}
	func() {
		if len(os.Args) == 1 {
			fmt.Println(log)
		}
	}()
}
