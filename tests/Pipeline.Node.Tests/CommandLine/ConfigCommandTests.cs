using System.CommandLine;
using Pipeline.Node.CommandLine;
using Pipeline.Node.Hosting;
using Pipeline.Policy;

namespace Pipeline.Node.Tests.CommandLine;

public sealed class ConfigCommandTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    /// <summary>Those below <c>cluster-config/examples</c> have tests of their own, which say what each may ask for beyond this version.</summary>
    public static TheoryData<string> Examples =>
        [.. Directory.EnumerateFiles(Path.Combine(Root(), "cluster-config"), "*.conf", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/cluster-config/examples/", StringComparison.Ordinal))
            .Concat(Directory.EnumerateFiles(Path.Combine(Root(), "src/Pipeline.Node/Policies"), "*.conf"))
            .Select(file => Path.GetRelativePath(Root(), file))];

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Configuration_without_surprises_is_good()
    {
        var (code, output, errors) = await CheckAsync("primary_hostname = mx.example.com\n");
        Assert.Equal((0, $"{_file}: good", ""), (code, output, errors));
    }

    [Fact]
    public async Task What_is_known_and_not_done_is_listed_and_the_configuration_is_good()
    {
        var (code, output, errors) = await CheckAsync("primary_hostname = mx.example.com\nmua_wrapper\n");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            [
                $"{_file}:2: main option \"mua_wrapper\" is not done and is ignored: a message is in the queue when its program has ended",
                $"{_file}: good, with 1 setting that is not done or without effect",
            ],
            output.Split('\n'));
    }

    [Fact]
    public async Task What_must_not_be_left_out_is_an_error_with_what_to_do_instead()
    {
        var (code, output, errors) = await CheckAsync("system_filter = /x\nqualify_domian = x\n");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains($"{_file}:1: the option \"system_filter\" is not available in this version (", errors, StringComparison.Ordinal);
        Assert.Contains($"{_file}:2: main option \"qualify_domian\" unknown (did you mean \"qualify_domain\"?)", errors, StringComparison.Ordinal);
        Assert.EndsWith("2 problems", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_explains_the_listing_and_the_exit_code()
    {
        var (code, output, _) = await RunAsync("config", "check", "--help");
        Assert.Equal(0, code);
        Assert.Contains("is not done and is ignored", output, StringComparison.Ordinal);
        Assert.Contains("Exit code 0 when the configuration can be used", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task Example_asks_for_nothing_that_is_not_done(string example)
    {
        var file = Path.Combine(Root(), example);
        var (code, output, errors) = await RunAsync("config", "check", file);
        Assert.Equal((0, $"{file}: good", ""), (code, output, errors));
    }

    [Fact]
    public void Built_in_configuration_asks_for_nothing_that_is_not_done()
    {
        var compilation = PolicyCompiler.Compile(BuiltInPolicy.Name, files: new BuiltInPolicy(BuiltInPolicy.Default));
        Assert.Empty(compilation.Problems);
        Assert.Empty(compilation.Notices);
    }

    private async Task<(int Code, string Output, string Errors)> CheckAsync(string configuration)
    {
        await File.WriteAllTextAsync(_file, configuration);
        return await RunAsync("config", "check", _file);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = await CommandLineEntry.CreateRoot().Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = errors });
        return (code, output.ToString().TrimEnd(), errors.ToString().TrimEnd());
    }

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MailPipeline.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no MailPipeline.sln above {AppContext.BaseDirectory}");
    }
}
