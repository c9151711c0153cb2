package expr

import (
	"errors"
	"net/netip"
	"unsafe"

	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/naru-log/naru/event"
)

// compileCIDR asks whether an address lies in one of several networks. They are
// texts or lists of texts, known at load; an address stands for itself.
func compileCIDR(c *compiler, call *hclsyntax.FunctionCallExpr, args []*node) *node {
	c.texts(args[0])
	var nets []netip.Prefix
	for _, arg := range args[1:] {
		nets = c.networks(nets, arg)
	}
	x := args[0].operand()
	return c.folded(boolean(call.Range(), func(ev *event.Event) bool {
		v := x(ev)
		if k := v.Kind(); k != event.String && k != event.IP {
			return false
		}
		addr, ok := parseAddr(v.Bytes())
		if !ok {
			return false
		}
		for _, n := range nets {
			if n.Contains(addr) {
				return true
			}
		}
		return false
	}), args...)
}

func (c *compiler) networks(nets []netip.Prefix, arg *node) []netip.Prefix {
	if arg.konst == nil || arg.kind != event.String && !(arg.kind == event.List && arg.scalars) {
		c.errorf(arg.at, "Not a network", `Networks have to be texts such as "10.0.0.0/8" that are known when the file is loaded.`)
		return nets
	}
	list := arg.list
	if arg.kind == event.String {
		list = []event.Value{*arg.konst}
	}
	for _, v := range list {
		nets = c.network(nets, string(v.Bytes()), arg)
	}
	return nets
}

func (c *compiler) network(nets []netip.Prefix, text string, arg *node) []netip.Prefix {
	prefix, err := parseNetwork(text)
	if err != nil {
		c.errorf(arg.at, "Not a network", "%s is not a network: %s.", arg.shown(text), err)
		return nets
	}
	return append(nets, prefix)
}

var errNetwork = errors.New(`write an address and the number of bits that count, as in "10.0.0.0/8" or "2001:db8::/32"`)

// parseNetwork reads a network; an address alone stands for itself.
func parseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return netip.Prefix{}, errNetwork
	}
	return prefix.Masked(), nil
}

// parseAddr reads an address; one of IPv4 inside IPv6 counts as IPv4, and a
// zone does not count. Other text is refused before netip sees it, because netip
// allocates its errors.
func parseAddr(b []byte) (netip.Addr, bool) {
	if len(b) > 45 || len(b) < 2 {
		return netip.Addr{}, false
	}
	for i, c := range b {
		if c == '%' {
			b = b[:i]
			break
		}
		if c != '.' && c != ':' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return netip.Addr{}, false
		}
	}
	addr, err := netip.ParseAddr(unsafe.String(unsafe.SliceData(b), len(b)))
	return addr.Unmap(), err == nil
}
