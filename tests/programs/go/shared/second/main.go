// Command second shares a package with first.
package main

import (
	"fmt"
	"os"

	"example.org/shared/common"
	"example.org/shared/extra"
)

func helper(n int) int { return common.Skew(n) }

func main() {
	fmt.Println(extra.Parity(len(os.Args)))
	switch len(os.Args) {
	case 1:
		fmt.Println(common.Sign(0))
	case 2:
		fmt.Println(helper(20))
	default:
		fmt.Println(common.Sum(100))
	}
}
