// Command first shares a package with second.
package main

import (
	"fmt"
	"os"

	"example.org/shared/common"
)

func main() {
	fmt.Println(common.Sum(len(os.Args)))
	if len(os.Args) > 1 {
		fmt.Println(common.Sign(1), common.Skew(5))
	}
	if len(os.Args) > 2 {
		fmt.Println(common.Sign(-1))
	}
}
