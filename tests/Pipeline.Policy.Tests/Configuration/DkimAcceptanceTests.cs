namespace Pipeline.Policy.Tests.Configuration;

/// <summary>The options that say which DKIM signatures count.</summary>
public sealed class DkimAcceptanceTests
{
    [Theory]
    [InlineData("", true, true, 1024)]
    [InlineData("dkim_verify_hashes = sha256 : sha512 : sha1", true, true, 1024)]
    [InlineData("dkim_verify_hashes = sha512", false, false, 1024)]
    [InlineData("dkim_verify_keytypes = rsa", true, false, 1024)]
    [InlineData("dkim_verify_keytypes = ed25519", false, true, 1024)]
    [InlineData("dkim_verify_min_keysizes = rsa=2048 ed25519=250", true, true, 2048)]
    [InlineData("dkim_verify_min_keysizes = rsa=512", true, true, 1024)]
    [InlineData("dkim_verify_min_keysizes = ed25519=300", true, false, 1024)]
    public void Options_narrow_what_is_accepted(string main, bool rsa, bool ed25519, int bits)
    {
        var compilation = PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles(main));
        Assert.Empty(compilation.Problems);
        var limits = compilation.Policy!.MainOptions.DkimLimits;
        Assert.Equal((rsa, ed25519, bits), (limits.AcceptsRsa, limits.AcceptsEd25519, limits.MinRsaBits));
    }

    [Theory]
    [InlineData("dkim_verify_hashes = md5", "dkim_verify_hashes: \"md5\" is no hash: sha1, sha256 or sha512 is expected")]
    [InlineData("dkim_verify_keytypes = rsa : dsa", "dkim_verify_keytypes: \"dsa\" is no type of key: rsa or ed25519 is expected")]
    [InlineData("dkim_verify_min_keysizes = rsa", "dkim_verify_min_keysizes: \"rsa\" is no size of a key: rsa=BITS or ed25519=BITS is expected")]
    [InlineData("dkim_verify_min_keysizes = rsa=many", "dkim_verify_min_keysizes: \"rsa=many\" is no size of a key: rsa=BITS or ed25519=BITS is expected")]
    public void Wrong_values_are_errors_at_load(string main, string problem) =>
        Assert.Equal(problem, Assert.Single(PolicyCompiler.Compile(MemoryFiles.MainPath, files: new MemoryFiles(main)).Problems).Message);
}
