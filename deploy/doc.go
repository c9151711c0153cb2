// Package deploy holds the files that naru is deployed with, beside docker-compose.yml
// and Dockerfile in the root of the repository, and their tests. It has no code.
package deploy
