// Package event is the vocabulary that inputs, filters and outputs share: the
// Schema that numbers every field of a pipeline, the Event (one row of slots),
// the Batch of lines that travels from an input to the workers, and the encoder
// that writes an event as a JSON document.
//
// # How an event lives
//
// An input reads a chunk of a file and cuts it into lines: a Batch. The batch
// travels whole to one worker. The worker owns one Event, which it resets for
// each line, passes through its own instances of the filters and encodes into
// the request body of each output. Values point into the batch's bytes or into
// the event's scratch memory, so nothing of an event outlives its line but the
// encoded bytes. No step of this path allocates.
//
// # Who owns what
//
// A Batch has one owner at a time: the input until it is emitted, then the
// worker. When the worker has encoded the last line it calls Release, which
// gives the bytes back; the acknowledgement state lives on until every request
// that carries one of the batch's documents is decided (see Batch.Hold).
package event
