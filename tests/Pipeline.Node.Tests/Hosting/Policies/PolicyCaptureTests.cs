using System.Text;
using Pipeline.Node.Hosting.Policies;
using Pipeline.Policy;
using Pipeline.Storage.Ports;

namespace Pipeline.Node.Tests.Hosting.Policies;

public sealed class PolicyCaptureTests : IDisposable
{
    private readonly PolicyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_that_is_included_is_captured_and_what_was_not_there_as_absent()
    {
        _folder.Write("a.conf", "qualify_domain = a.test\n.include b.conf\n");
        _folder.Write("b.conf", "smtp_banner = b\n");
        _folder.WritePolicy("mx.test", ".include a.conf\n.include_if_exists FOLDER/none.conf\n.include_if_exists FOLDER/there.conf");
        _folder.Write("there.conf", "# nothing\n");

        var bundle = Capture().Bundle!;

        Assert.Equal(_folder.Main, bundle.Main);
        Assert.Equal(
            ["a.conf", "b.conf", "main.conf", "none.conf", "there.conf"], bundle.Files.Select(file => Path.GetFileName(file.Name)));
        Assert.Equal(["none.conf"], bundle.Files.Where(file => file.Content is null).Select(file => Path.GetFileName(file.Name)));
        Assert.Equal("smtp_banner = b\n", Encoding.UTF8.GetString(bundle.Files[1].Content!.Value.Span));
    }

    [Fact]
    public void A_bundle_compiles_without_the_files_it_was_made_of()
    {
        _folder.Write("a.conf", "qualify_domain = NAME.test\n");
        _folder.WritePolicy("mx.test", ".include a.conf\n.include_if_exists FOLDER/none.conf");
        var bundle = PolicyCapture.Take(_folder.Main, new Dictionary<string, string> { ["NAME"] = "other" }, null).Bundle!;
        File.Delete(_folder.Of("a.conf"));
        _folder.Write("none.conf", "nonsense\n");

        var (policy, problems) = PolicyCompiler.Compile(
            bundle.Main, new Dictionary<string, string> { ["NAME"] = "other" }, new BundleFileSource(bundle), number: 7);

        Assert.Empty(problems);
        Assert.Equal(("other.test", 7), (policy!.MainOptions.QualifyDomain?.Constant, policy.Number));
    }

    [Fact]
    public void A_file_that_nobody_looked_for_at_the_publication_is_a_problem_and_not_silence()
    {
        _folder.WritePolicy("mx.test", ".ifdef EXTRA\n.include_if_exists FOLDER/extra.conf\n.endif");
        var bundle = Capture().Bundle!;

        var (policy, problems) = PolicyCompiler.Compile(
            bundle.Main, new Dictionary<string, string> { ["EXTRA"] = "1" }, new BundleFileSource(bundle));

        Assert.Null(policy);
        Assert.Contains("extra.conf", Assert.Single(problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_configuration_gives_its_problems_with_file_and_line_and_no_bundle()
    {
        _folder.WritePolicy("mx.test", "qualify_domein = x");

        var capture = Capture();

        Assert.Null(capture.Bundle);
        Assert.StartsWith($"{_folder.Main}:3: ", Assert.Single(capture.Problems).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_is_too_large_is_refused_with_its_size()
    {
        _folder.WritePolicy("mx.test", new string('#', PolicyBundle.MaxBytes));

        var capture = Capture();

        Assert.Null(capture.Bundle);
        Assert.Contains("at most 4194304 can be published", Assert.Single(capture.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_files_have_the_same_digest_and_a_changed_one_another()
    {
        _folder.WritePolicy("mx.test");
        var first = Capture().Bundle!.Digest;
        Assert.Equal(first, Capture().Bundle!.Digest);

        _folder.WritePolicy("mx.test", "# changed");

        Assert.NotEqual(first, Capture().Bundle!.Digest);
    }

    private PolicyCapture Capture() => PolicyCapture.Take(_folder.Main, new Dictionary<string, string>(), null);
}
