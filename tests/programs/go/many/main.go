// Command many pulls in a good part of the standard library, so that a build with -coverpkg=all has many packages.
package main

import (
	"archive/zip"
	"compress/gzip"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"go/parser"
	"go/token"
	"image/png"
	"io"
	"math/big"
	"net/url"
	"os"
	"regexp"
	"strings"
	"text/template"

	"example.org/many/work"
)

var unusedPackages = []any{zip.NewReader, gzip.NewReader, sql.Open, png.Decode, xml.Marshal}

func main() {
	for _, arg := range os.Args[1:] {
		switch arg {
		case "json":
			text, err := json.Marshal(map[string][]int{"a": {1, 2}, "b": nil})
			fmt.Println(string(text), err)
		case "parse":
			_, err := parser.ParseExprFrom(token.NewFileSet(), "x.go", "f(1, 2+3) || g", 0)
			fmt.Println(err)
		case "csv":
			fmt.Println(csv.NewReader(strings.NewReader("a,b\nc,\"d\"\n")).ReadAll())
		case "template":
			tmpl := template.Must(template.New("t").Parse("{{range .}}<{{.}}>{{end}}\n"))
			_ = tmpl.Execute(io.Discard, []string{"x", "y"})
		case "big":
			fmt.Println(new(big.Int).Exp(big.NewInt(7), big.NewInt(90), nil))
		case "url":
			fmt.Println(url.Parse("https://example.org/a?b=c"))
		case "regexp":
			fmt.Println(regexp.MustCompile(`(a|b)+c`).FindString("xxabac"))
		case "work":
			fmt.Println(work.Crunch(20000))
		default:
			fmt.Println(len(unusedPackages))
		}
	}
}
