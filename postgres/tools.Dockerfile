# Backups are made by PostgreSQL's own programs, of the server's version or later: this is the server's image with pgvigil
# in it. The restore test starts its throw-away server from it too, with the same extensions.
#   docker build --tag pgvigil:local .                                                    comes first
#   docker build --file postgres/tools.Dockerfile --build-arg POSTGRES_IMAGE=postgres:15 --tag pgvigil-tools:local postgres
# Programs for copies somewhere else: --build-arg PACKAGES=restic, or rclone.
ARG POSTGRES_IMAGE=postgres:15
FROM pgvigil:local AS pgvigil

FROM ${POSTGRES_IMAGE}
ARG PACKAGES=
RUN if [ -n "$PACKAGES" ]; then \
      apt-get update && apt-get install -y --no-install-recommends $PACKAGES && rm -rf /var/lib/apt/lists/*; \
    fi
# The same user as in the other image: it reads what this one writes.
RUN groupadd --gid 10187 pgvigil \
 && useradd --uid 10187 --gid 10187 --home-dir /var/lib/pgvigil --no-create-home --shell /usr/sbin/nologin pgvigil \
 && install --directory --owner=10187 --group=10187 --mode=0700 /var/lib/pgvigil \
 && ln -s /opt/pgvigil/dist/main.js /usr/local/bin/pgvigil
COPY --from=pgvigil /usr/local/bin/node /usr/local/bin/node
COPY --from=pgvigil /opt/pgvigil /opt/pgvigil
ENV NODE_ENV=production
USER 10187:10187
ENTRYPOINT ["pgvigil"]
CMD ["backup"]
