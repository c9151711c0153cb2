package expr

import (
	"errors"
	"math/big"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// Functions gives those functions of expressions that HCL's standard library
// does not have, for values that are known when a file is loaded.
func Functions() map[string]function.Function {
	return map[string]function.Function{
		"cidr":        cidrFunction(),
		"endswith":    textTest(strings.HasSuffix),
		"length":      lengthFunction(),
		"matches":     matchesFunction(),
		"round":       roundFunction(),
		"startswith":  textTest(strings.HasPrefix),
		"strcontains": textTest(strings.Contains),
	}
}

func textTest(f func(text, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

func matchesFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "text", Type: cty.String}, {Name: "pattern", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			re, err := regexp.Compile(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			return cty.BoolVal(re.MatchString(args[0].AsString())), nil
		},
	})
}

func cidrFunction() function.Function {
	return function.New(&function.Spec{
		Params:   []function.Parameter{{Name: "address", Type: cty.String}},
		VarParam: &function.Parameter{Name: "network", Type: cty.DynamicPseudoType},
		Type:     function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			addr, ok := parseAddr([]byte(args[0].AsString()))
			found := false
			for i, arg := range args[1:] {
				nets, err := loadNetworks(arg)
				if err != nil {
					return cty.NilVal, function.NewArgError(i+1, err)
				}
				in := func(n netip.Prefix) bool { return n.Contains(addr) }
				found = found || ok && slices.ContainsFunc(nets, in)
			}
			return cty.BoolVal(found), nil
		},
	})
}

// loadNetworks reads a network, or a list of them.
func loadNetworks(v cty.Value) ([]netip.Prefix, error) {
	if v.Type() == cty.String {
		prefix, err := parseNetwork(v.AsString())
		return []netip.Prefix{prefix}, err
	}
	if !v.CanIterateElements() {
		return nil, errors.New("a network is a text")
	}
	var nets []netip.Prefix
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		if element.Type() != cty.String || element.IsNull() {
			return nil, errors.New("a network is a text")
		}
		prefix, err := parseNetwork(element.AsString())
		if err != nil {
			return nil, err
		}
		nets = append(nets, prefix)
	}
	return nets, nil
}

func lengthFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType}},
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			v := args[0]
			switch ty := v.Type(); {
			case ty == cty.String:
				return cty.NumberIntVal(int64(countCharacters([]byte(v.AsString())))), nil
			case ty.IsCollectionType() || ty.IsTupleType() || ty.IsObjectType():
				return cty.NumberIntVal(int64(v.LengthInt())), nil
			}
			return cty.NilVal, errors.New("a text, list or map is needed")
		},
	})
}

func roundFunction() function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "number", Type: cty.Number}},
		Type:   function.StaticReturnType(cty.Number),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			f := args[0].AsBigFloat()
			if f.IsInf() || f.IsInt() {
				return args[0], nil
			}
			half := big.NewFloat(0.5)
			if f.Sign() < 0 {
				half.Neg(half)
			}
			whole, _ := new(big.Float).SetPrec(512).Add(f, half).Int(nil)
			return cty.NumberVal(new(big.Float).SetInt(whole)), nil
		},
	})
}
