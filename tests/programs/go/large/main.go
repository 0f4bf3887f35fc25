// Large is small itself, but depends on some 300 packages of the standard library: built with -coverpkg=all it has
// about 18,000 functions, and leaves data of the size that large programs leave. Its arguments change what it runs.
package main

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"html/template"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
)

func serve() int {
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "hi") })
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest("GET", "/", nil))
	return recorder.Code
}

func render(words []string) string {
	var out bytes.Buffer
	page := template.Must(template.New("page").Parse("<ul>{{range .}}<li>{{.}}</li>{{end}}</ul>"))
	if err := page.Execute(&out, words); err != nil {
		panic(err)
	}
	return out.String()
}

func check(source string) *types.Package {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, "p.go", source, 0)
	if err != nil {
		panic(err)
	}
	config := types.Config{}
	checked, err := config.Check("p", files, []*ast.File{file}, nil)
	if err != nil {
		panic(err)
	}
	return checked
}

func encode(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func main() {
	words := os.Args[1:]
	for _, word := range words {
		switch word {
		case "serve":
			fmt.Println(serve())
		case "check":
			fmt.Println(check("package p; func f(x int) int { return x + 1 }").Name())
		case "match":
			fmt.Println(regexp.MustCompile("a+b*(c|d)").FindString(strings.Join(words, " ")))
		}
	}
	fmt.Println(render(words), encode(map[string]int{"words": len(words)}), tls.VersionName(tls.VersionTLS13))
}
