package config

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"time"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// setValue stores a known value that is not null. Errors do not show the value
// when it is hidden.
func setValue(target reflect.Value, v cty.Value, hidden bool) error {
	if target.Kind() == reflect.Pointer {
		p := reflect.New(target.Type().Elem())
		if err := setValue(p.Elem(), v, hidden); err != nil {
			return err
		}
		target.Set(p)
		return nil
	}
	if target.Type() == durationType {
		return setDuration(target, v, hidden)
	}
	if u, ok := target.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return setText(u, v, hidden)
	}
	switch target.Kind() {
	case reflect.String:
		s, err := convert.Convert(v, cty.String)
		if err != nil {
			return errors.New(describeValue(v))
		}
		target.SetString(s.AsString())
		return nil
	case reflect.Bool:
		b, err := convert.Convert(v, cty.Bool)
		if err != nil {
			return errors.New(describeValue(v))
		}
		target.SetBool(b.True())
		return nil
	case reflect.Slice:
		return setSlice(target, v, hidden)
	case reflect.Map:
		return setMap(target, v, hidden)
	}
	return setNumber(target, v)
}

func setDuration(target reflect.Value, v cty.Value, hidden bool) error {
	if v.Type() != cty.String {
		return errors.New(`write a number and a unit in quotes, such as "30s" or "5m"`)
	}
	d, err := time.ParseDuration(v.AsString())
	switch {
	case err != nil && hidden:
		return errors.New(`the value is not a number and a unit such as 30s or 5m`)
	case err != nil:
		return fmt.Errorf(`%q is not a number and a unit, such as "30s" or "5m"`, v.AsString())
	}
	target.SetInt(int64(d))
	return nil
}

func setText(u encoding.TextUnmarshaler, v cty.Value, hidden bool) error {
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		return errors.New(describeValue(v))
	}
	err = u.UnmarshalText([]byte(s.AsString()))
	if err != nil && hidden {
		return errors.New("the value is not valid")
	}
	return err
}

func setNumber(target reflect.Value, v cty.Value) error {
	n, err := convert.Convert(v, cty.Number)
	if err != nil {
		return errors.New(describeValue(v))
	}
	f := n.AsBigFloat()
	switch {
	case target.CanInt():
		i, exact := f.Int64()
		if exact != big.Exact || target.OverflowInt(i) {
			return wholeNumberError(f)
		}
		target.SetInt(i)
	case target.CanUint():
		u, exact := f.Uint64()
		if exact != big.Exact || target.OverflowUint(u) {
			return wholeNumberError(f)
		}
		target.SetUint(u)
	case target.CanFloat():
		x, _ := f.Float64()
		if math.IsInf(x, 0) || target.OverflowFloat(x) {
			return errors.New("this is out of range")
		}
		target.SetFloat(x)
	default:
		panic(fmt.Sprintf("config: attributes of type %s are not supported", target.Type()))
	}
	return nil
}

func wholeNumberError(f *big.Float) error {
	if f.IsInt() {
		return errors.New("this is out of range")
	}
	return errors.New("this is not a whole number")
}

func setSlice(target reflect.Value, v cty.Value, hidden bool) error {
	if ty := v.Type(); !ty.IsTupleType() && !ty.IsListType() && !ty.IsSetType() {
		return fmt.Errorf("%s; put it in brackets: […]", describeValue(v))
	}
	list := reflect.MakeSlice(target.Type(), 0, v.LengthInt())
	for it := v.ElementIterator(); it.Next(); {
		_, element := it.Element()
		item := reflect.New(target.Type().Elem()).Elem()
		if element.IsNull() {
			return fmt.Errorf("element %d is null", list.Len()+1)
		}
		if err := setValue(item, element, hidden); err != nil {
			return fmt.Errorf("element %d: %w", list.Len()+1, err)
		}
		list = reflect.Append(list, item)
	}
	target.Set(list)
	return nil
}

func setMap(target reflect.Value, v cty.Value, hidden bool) error {
	if ty := v.Type(); !ty.IsObjectType() && !ty.IsMapType() {
		return fmt.Errorf("%s; write it as { name = … }", describeValue(v))
	}
	m := reflect.MakeMap(target.Type())
	for it := v.ElementIterator(); it.Next(); {
		key, element := it.Element()
		item := reflect.New(target.Type().Elem()).Elem()
		if element.IsNull() {
			return fmt.Errorf("entry %q is null", key.AsString())
		}
		if err := setValue(item, element, hidden); err != nil {
			return fmt.Errorf("entry %q: %w", key.AsString(), err)
		}
		m.SetMapIndex(reflect.ValueOf(key.AsString()).Convert(target.Type().Key()), item)
	}
	target.Set(m)
	return nil
}
