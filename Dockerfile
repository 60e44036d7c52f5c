# syntax=docker/dockerfile:1

# The web pages, if this checkout has them.
FROM node:20-bookworm-slim AS web
WORKDIR /src
COPY . .
RUN mkdir -p web/dist \
 && if [ -f web/package.json ]; then cd web && npm ci --ignore-scripts && npm run build; fi

# The image brings what the TLS feature needs: a C compiler and the headers of OpenSSL.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=web /src/web/dist web/dist
RUN cargo build --release --locked --package onewindow --features postgres-tls

FROM debian:bookworm-slim
# libssl3 is Debian's, so that its security fixes come with a new image and need no new build.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libssl3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin onewindow \
 && install -d -o onewindow -g onewindow -m 700 /data
COPY --from=build /src/target/release/onewindow /usr/local/bin/onewindow
COPY packs /usr/share/onewindow/packs
COPY LICENSE NOTICE /usr/share/doc/onewindow/
USER 10001:10001
VOLUME /data
EXPOSE 8080
# Before the first start: `migrate`, then `pack load /usr/share/onewindow/packs/nantong`.
# For PostgreSQL set ONEWINDOW_DATABASE to its address instead. Set ONEWINDOW_ORIGIN to where people reach the service.
ENV ONEWINDOW_DATABASE=sqlite:///data/onewindow.sqlite \
    ONEWINDOW_DATA_DIR=/data \
    ONEWINDOW_LISTEN=0.0.0.0:8080
# No HEALTHCHECK: the image has no HTTP client. Let the platform ask GET /livez and GET /readyz.
ENTRYPOINT ["onewindow"]
CMD ["serve"]
