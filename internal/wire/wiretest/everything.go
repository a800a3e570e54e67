package wiretest

import (
	"time"

	"github.com/freshet/freshet/internal/awsapi"
)

// Color is an enumeration.
type Color string

// Everything has a member of every kind.
type Everything struct {
	Text    *string
	Color   *Color
	Count   *int32
	Big     *int64
	Flag    *bool
	When    *time.Time
	Data    []byte
	Inner   *Everything
	Inners  []Everything
	Names   []string
	Numbers map[string]int64
	Tags    map[string]string
}

// Shape describes Everything.
var Shape = everything()

// everything builds the shape, which contains itself.
func everything() *awsapi.Shape {
	s := &awsapi.Shape{Name: "Everything", Kind: awsapi.Structure}
	text := &awsapi.Shape{Name: "Text", Kind: awsapi.String}
	big := &awsapi.Shape{Name: "Big", Kind: awsapi.Long}
	members := []struct {
		name  string
		shape *awsapi.Shape
	}{
		{"Text", text},
		{"Color", &awsapi.Shape{Name: "Color", Kind: awsapi.String}},
		{"Count", &awsapi.Shape{Name: "Count", Kind: awsapi.Integer}},
		{"Big", big},
		{"Flag", &awsapi.Shape{Name: "Flag", Kind: awsapi.Boolean}},
		{"When", &awsapi.Shape{Name: "When", Kind: awsapi.Timestamp}},
		{"Data", &awsapi.Shape{Name: "Data", Kind: awsapi.Blob}},
		{"Inner", s},
		{"Inners", &awsapi.Shape{Name: "Inners", Kind: awsapi.List, Element: s}},
		{"Names", &awsapi.Shape{Name: "Names", Kind: awsapi.List, Element: text}},
		{"Numbers", &awsapi.Shape{Name: "Numbers", Kind: awsapi.Map, Key: text, Element: big}},
		{"Tags", &awsapi.Shape{Name: "Tags", Kind: awsapi.Map, Key: text, Element: text}},
	}
	for i, m := range members {
		s.Members = append(s.Members, awsapi.Member{Name: m.name, Shape: m.shape, Field: i})
	}
	return s
}

// Full returns a value with every member set.
func Full() *Everything {
	return &Everything{
		Text:    new("plain \"quoted\" \\ <&> \n\t\x01 \u2028 héllo 😀"),
		Color:   new(Color("RED")),
		Count:   new(int32(-7)),
		Big:     new(int64(9007199254740993)),
		Flag:    new(true),
		When:    new(time.UnixMilli(1700000000123).UTC()),
		Data:    []byte("0123456789abcdefghijklmnopqrstuvwxyz\x00\xff0123456789abcdefghijklmnopqrstuvwxyz"),
		Inner:   &Everything{Data: []byte{}, Names: []string{}, Tags: map[string]string{}},
		Inners:  []Everything{{Count: new(int32(1))}, {}, {Flag: new(false)}},
		Names:   []string{"a", "", "ü"},
		Numbers: map[string]int64{"x": 1, "y": -9223372036854775808},
		Tags:    map[string]string{"b": "2", "a": "1"},
	}
}
