# syntax=docker/dockerfile:1
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=0.1.0-dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/naru ./cmd/naru \
 && mkdir -p /out/state

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/naru /usr/bin/naru
# A volume that is mounted here for the first time takes this owner.
COPY --from=build --chown=65532:65532 /out/state /var/lib/naru
COPY LICENSE NOTICE /usr/share/doc/naru/
# nonroot, by number: Kubernetes cannot tell by a name that it is not root.
USER 65532:65532
VOLUME /var/lib/naru
EXPOSE 9600
# There is no shell in the image: naru asks itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/usr/bin/naru", "health"]
ENTRYPOINT ["/usr/bin/naru"]
CMD ["run", "apache", "--state", "/var/lib/naru"]
