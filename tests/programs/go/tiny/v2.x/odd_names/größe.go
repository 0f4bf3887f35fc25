// Package odd_names has names that are not plain ASCII words, in a directory whose name has a dot.
package odd_names

import "fmt"

// Größe is a name whose length in bytes is not its length in letters.
func Größe(n int) {
	if n > 0 {
		日本(n)
	}
	(&Ünion{}).Ölen()
	ThisNameIsLongerThanOneHundredAndTwentySevenBytesSoThatItsLengthNeedsTwoBytesInTheFileWhichIsWhereSimpleReadersGoWrongMostOfTheTime(n)
}

func 日本(n int) {
	for i := 0; i < n*50; i++ {
		_ = fmt.Sprint(i)
	}
}

// Ünion is a type with such a name.
type Ünion struct{}

// Ölen is a method with such a name.
func (*Ünion) Ölen() {}

// ThisNameIsLongerThanOneHundredAndTwentySevenBytesSoThatItsLengthNeedsTwoBytesInTheFileWhichIsWhereSimpleReadersGoWrongMostOfTheTime is long.
func ThisNameIsLongerThanOneHundredAndTwentySevenBytesSoThatItsLengthNeedsTwoBytesInTheFileWhichIsWhereSimpleReadersGoWrongMostOfTheTime(n int) int {
	return n
}

func _() { fmt.Println("never") }
