"""`make containers`: the containers of docker-compose.yml without Docker, tried by podman."""
