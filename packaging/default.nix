# nix-build packaging
{ pkgs ? import <nixpkgs> { } }:

let
  manifest = (builtins.fromTOML (builtins.readFile ../Cargo.toml)).package;
in
pkgs.rustPlatform.buildRustPackage {
  pname = manifest.name;
  version = manifest.version;
  src = pkgs.lib.cleanSource ../.;
  cargoLock.lockFile = ../Cargo.lock;

  nativeBuildInputs = [ pkgs.installShellFiles ];

  # The integration tests want shells, a terminal and loopback; the unit tests want nothing.
  cargoTestFlags = [ "--lib" ];

  postInstall = ''
    $out/bin/assume-role man > assume-role.1
    installManPage assume-role.1
    for shell in bash zsh fish; do
      $out/bin/assume-role completions $shell > completion.$shell
    done
    installShellCompletion --cmd assume-role \
      --bash completion.bash --zsh completion.zsh --fish completion.fish
  '';

  meta = {
    description = manifest.description;
    license = with pkgs.lib.licenses; [ mit asl20 ];
    mainProgram = "assume-role";
    platforms = pkgs.lib.platforms.unix;
  };
}
