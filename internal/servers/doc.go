// Package servers starts the real servers that tests and demos talk to.
//
// Nothing here touches a system service: each server gets its own directory,
// its own loopback ports and its own configuration, runs in the foreground as a
// child of the test, and dies with it. The subpackages hold one server each.
package servers
