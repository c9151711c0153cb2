package config

import (
	"encoding"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/naru-log/naru/expr"
)

// Attribute describes one attribute or nested block of a Config struct. It is
// read from the field's type and its tags:
//
//	hcl:"name"           an attribute; it has to be written unless the default is
//	                     not the zero value (a list: not nil) or it is a bool
//	hcl:"name,optional"  an attribute that may be left out
//	hcl:"name,block"     a nested block of a struct type: has to be there; of a
//	                     pointer: may be there; of a slice: any number of times
//	hcl:"name,label"     the label of a nested block
//	doc:"…"              one line for the reference
//	secret:"true"        values from env() and file() are not shown in diagnostics
//
// The struct of a nested block may have a method SetDefaults on its pointer.
type Attribute struct {
	Name     string
	Doc      string
	Type     string // for people, such as "list of strings"
	Default  string // as HCL; empty when there is none
	Required bool
	Secret   bool
	Block    []Attribute // what a nested block holds, nil for an attribute
	Repeated bool        // of a nested block

	role  role
	index int
}

type role uint8

const (
	attribute role = iota
	block
	label
)

var (
	textType       = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType   = reflect.TypeFor[time.Duration]()
	expressionType = reflect.TypeFor[expr.Expression]()
	fieldsType     = reflect.TypeFor[expr.Fields]()
)

// Describe lists what may be written in the block of a component. config is a
// pointer to its Config struct with the defaults.
func Describe(config any) []Attribute {
	return describe(reflect.ValueOf(config).Elem())
}

func describe(v reflect.Value) []Attribute {
	var all []Attribute
	for i := range v.NumField() {
		f := v.Type().Field(i)
		tag, tagged := f.Tag.Lookup("hcl")
		if !tagged {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		a := Attribute{Name: name, Doc: f.Tag.Get("doc"), Secret: f.Tag.Get("secret") == "true", index: i}
		optional := false
		for option := range strings.SplitSeq(options, ",") {
			switch option {
			case "optional":
				optional = true
			case "block":
				a.role = block
			case "label":
				a.role = label
			case "":
			default:
				panic(fmt.Sprintf("config: %s.%s: unknown option %q in tag", v.Type(), f.Name, option))
			}
		}
		a.complete(v.Field(i), optional)
		all = append(all, a)
	}
	return all
}

// complete fills in what the field's type and default say.
func (a *Attribute) complete(v reflect.Value, optional bool) {
	if a.role == block {
		ty := v.Type()
		a.Repeated = ty.Kind() == reflect.Slice
		a.Required = ty.Kind() == reflect.Struct && !optional
		a.Type = "block"
		a.Block = describe(newNested(ty).Elem())
		if a.Block == nil {
			a.Block = []Attribute{}
		}
		return
	}
	a.Type = typeName(v.Type())
	a.Default = defaultText(v)
	a.Required = !optional && v.Kind() != reflect.Bool && v.Kind() != reflect.Pointer && v.IsZero()
}

// newNested makes a pointer to the struct of a nested block, with its defaults
// when it has a SetDefaults method.
func newNested(ty reflect.Type) reflect.Value {
	for ty.Kind() == reflect.Slice || ty.Kind() == reflect.Pointer {
		ty = ty.Elem()
	}
	v := reflect.New(ty)
	if d, ok := v.Interface().(interface{ SetDefaults() }); ok {
		d.SetDefaults()
	}
	return v
}

func typeName(ty reflect.Type) string {
	switch {
	case ty.Kind() == reflect.Pointer:
		return typeName(ty.Elem())
	case ty == expressionType:
		return "expression"
	case ty == fieldsType:
		return "map of expressions"
	case ty == durationType:
		return "duration"
	case reflect.PointerTo(ty).Implements(textType):
		return textTypeName(ty)
	}
	switch ty.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Slice:
		return "list of " + plural(typeName(ty.Elem()))
	case reflect.Map:
		return "map of " + plural(typeName(ty.Elem()))
	}
	return "number"
}

func textTypeName(ty reflect.Type) string {
	if ty.PkgPath() == "github.com/naru-log/naru/internal/bytesize" {
		return "size"
	}
	return "string"
}

func plural(name string) string {
	if strings.HasPrefix(name, "list of ") || strings.HasPrefix(name, "map of ") {
		return strings.Replace(name, " of ", "s of ", 1)
	}
	return name + "s"
}

// defaultText writes a default as HCL.
func defaultText(v reflect.Value) string {
	if v.IsZero() && v.Kind() != reflect.Bool || !v.CanInterface() {
		return ""
	}
	switch x := v.Interface().(type) {
	case expr.Expression, expr.Fields:
		return ""
	case time.Duration:
		return quote(shortDuration(x))
	case encoding.TextMarshaler:
		text, err := x.MarshalText()
		if err != nil {
			return ""
		}
		return quote(string(text))
	}
	return plainText(v)
}

func plainText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		return defaultText(v.Elem())
	case reflect.String:
		return quote(v.String())
	case reflect.Slice:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = plainText(v.Index(i))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.Map:
		if v.Len() == 0 {
			return "{}"
		}
		parts := make([]string, 0, v.Len())
		for _, key := range sortedKeys(v) {
			parts = append(parts, quote(key.String())+" = "+plainText(v.MapIndex(key)))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	}
	return fmt.Sprint(v.Interface())
}
