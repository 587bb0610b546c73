# Homebrew formula. packaging/build fills in the address, the version and the checksums of a release.
class AssumeRole < Formula
  desc "Change the current shell to an AWS IAM role"
  homepage "@HOME@"
  version "@VERSION@"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "@HOME@/releases/download/v@VERSION@/assume-role-@VERSION@-aarch64-apple-darwin.tar.gz"
      sha256 "@SHA256:aarch64-apple-darwin@"
    end
    on_intel do
      url "@HOME@/releases/download/v@VERSION@/assume-role-@VERSION@-x86_64-apple-darwin.tar.gz"
      sha256 "@SHA256:x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "@HOME@/releases/download/v@VERSION@/assume-role-@VERSION@-aarch64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:aarch64-unknown-linux-musl@"
    end
    on_intel do
      url "@HOME@/releases/download/v@VERSION@/assume-role-@VERSION@-x86_64-unknown-linux-musl.tar.gz"
      sha256 "@SHA256:x86_64-unknown-linux-musl@"
    end
  end

  def install
    bin.install "assume-role"
    man1.install "assume-role.1.gz"
    bash_completion.install "completion.bash" => "assume-role"
    zsh_completion.install "completion.zsh" => "_assume-role"
    fish_completion.install "completion.fish" => "assume-role.fish"
    doc.install "README.md", "docs", "prompts", "THIRD-PARTY-LICENSES"
  end

  def caveats
    <<~TEXT
      One line for your shell, for example in ~/.zshrc:
        eval "$(assume-role init zsh)"
    TEXT
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/assume-role --version")
    assert_match "assume-role", shell_output("#{bin}/assume-role init bash")
  end
end
