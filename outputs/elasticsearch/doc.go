// Package elasticsearch delivers documents to Elasticsearch or OpenSearch by
// their bulk API, each exactly once.
//
// # The way of a document
//
// A Writer, one for each worker, appends the document to a body: an action line
// with the document's _id, then the document. A full or old body goes to one of
// a few senders, which owns it until each of its documents is decided; only then
// are the batches acknowledged and the body used again. The bodies are a fixed
// number, so that memory is bounded and a cluster that takes nothing makes
// writers wait.
//
// # Verdicts
//
// A sender sends what is not decided, reads the answer item by item and acts:
//
//	2xx, or 409: it is there already     delivered
//	408, 429, 5xx, no or a broken answer retried, alone, with back-off, for ever
//	413                                  the request is split; a single document
//	                                     that is too large is a dead letter
//	401, 403 on the request              waits and tries again, not ready
//	another 4xx on an item               dead letter
//
// Another 4xx on the request is treated as 413 when it is 400, since one document
// may have spoilt the others, and else as 401: something in between is wrong.
//
// # Exactly once
//
// The action is create, and the _id says which line of which file it is: see
// AppendID. A line that is sent again is refused with 409 by the index that
// holds it. A data stream or alias may have rolled over to a new index since, so
// documents that an earlier attempt may have stored are looked up by id over all
// of its indices before they are sent again.
package elasticsearch
