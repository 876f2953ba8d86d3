# pgvigil's image. Everything the builder does is plain, so that a Docker of 2020 builds it as well as today's.
#   docker build --tag pgvigil:local .
# The base is pinned by version; another one, or the same with its digest:
#   docker build --build-arg NODE_IMAGE=node:22.23.2-bookworm-slim@sha256:… --tag pgvigil:local .
ARG NODE_IMAGE=node:22.23.2-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# With what is optional: that is how the compiler comes, one package per platform.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN node scripts/build.js
# What runs needs neither the compiler nor the PostgreSQL of the demo.
RUN npm ci --omit=dev --omit=optional --ignore-scripts --prefer-offline

FROM ${NODE_IMAGE}
# The number, not the name, is what the owner of a mounted secret has to be.
RUN groupadd --gid 10187 pgvigil \
 && useradd --uid 10187 --gid 10187 --home-dir /var/lib/pgvigil --no-create-home --shell /usr/sbin/nologin pgvigil \
 && install --directory --owner=10187 --group=10187 --mode=0700 /var/lib/pgvigil \
 && ln -s /opt/pgvigil/dist/main.js /usr/local/bin/pgvigil \
 # A monitor installs nothing: the package managers of the base stay out of reach.
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
    /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-*
WORKDIR /opt/pgvigil
COPY LICENSE package.json ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist dist
COPY postgres/role.sql postgres/role.sql
# Where memory is plenty, half of the young heap that Node.js takes by itself: docs/performance.md, "Memory".
ENV NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=8
USER 10187:10187
VOLUME /var/lib/pgvigil
EXPOSE 10187
# Over plain HTTP or TLS. Behind a password, a refusal says that it is there; docs/access.md for client certificates.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["node", "-e", \
  "const ask = (by, or) => require(by).get({ host: '127.0.0.1', port: 10187, path: '/-/healthy', rejectUnauthorized: false }, (r) => [200, 401].includes(r.statusCode) ? process.exit(0) : or()).on('error', or); ask('http', () => ask('https', () => process.exit(1)))"]
ENTRYPOINT ["pgvigil"]
CMD ["serve", "--web.listen-address", "0.0.0.0:10187"]
