// Command quirks has what the tools are known to report differently.
package main

import (
	"os"

	"example.org/quirks/hollow"
	"example.org/quirks/inits"
	"example.org/quirks/twins"
)

func main() {
	hollow.Nothing()
	inits.Use(len(os.Args))
	if len(os.Args) > 1 {
		twins.Use()
	}
}
