// Package syntax reads grok expressions: it expands the references to named
// patterns and parses the result, a regular expression in the Ruby syntax of
// Oniguruma, into a tree.
package syntax

// Op is the kind of a Node.
type Op uint8

// The kinds of nodes.
const (
	OpEmpty    Op = iota // matches the empty string
	OpString             // Runes; with Fold compared under full case folding
	OpClass              // one character of Set
	OpCat                // Subs in order
	OpAlt                // the first of Subs that leads to a match
	OpRepeat             // Subs[0], Min to Max times (Max < 0: no limit)
	OpCapture            // Subs[0], kept as group Index
	OpAtomic             // Subs[0] without giving back
	OpLook               // Look of Subs[0]
	OpAssert             // Assert at a position
	OpBackref            // the text of the last group of Groups that took part
	OpCall               // group Index called as a subroutine
	OpCond               // Subs[0] if a group of Groups took part, else Subs[1]
	OpKeep               // \K: the match starts here
	OpGrapheme           // \X: a grapheme cluster
)

// Look is the kind of a lookaround.
type Look uint8

// The lookarounds.
const (
	Ahead Look = iota
	NotAhead
	Behind
	NotBehind
)

// Assert is the kind of a position test.
type Assert uint8

// The position tests.
const (
	LineStart    Assert = iota // ^
	LineEnd                    // $
	TextStart                  // \A
	TextEnd                    // \z
	TextEndNL                  // \Z
	WordBound                  // \b, Unicode words
	NotWordBound               // \B, Unicode words
	ASCIIWordBound
	ASCIINotWordBound
	SearchStart // \G
)

// Node is a node of the tree.
type Node struct {
	Op    Op
	Fold  bool
	Plain bool // a capture without a name
	Lazy  bool
	// Optioned marks what stands in a group with options, (?i:a|b).
	Optioned bool
	Look     Look
	Assert   Assert
	Min      int
	Max      int
	Index    int
	Width    int // of a lookbehind, in characters
	Pos      int // where it starts in the expanded text
	Runes    []rune
	Set      *Set
	Groups   []int
	Subs     []*Node
}

// Group is a capturing group.
type Group struct {
	Name string // its full identifier (WORD:x:int), "" for a plain group
	Pos  int
	Node *Node
}

// Tree is a parsed expression.
type Tree struct {
	Root   *Node
	Groups []Group // Groups[0] is the whole match
	Source *Source
	// Names lists the identifiers of named groups in order of appearance.
	Names []string
}
