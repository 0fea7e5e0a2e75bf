namespace Pipeline.Node.Tests.Packaging;

public sealed class DockerfileTests
{
    private static readonly string[] Instructions =
    [
        "FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD", "ARG", "LABEL",
    ];

    private readonly (string Instruction, string Text)[] _lines = [.. Read()];

    [Fact]
    public void Instructions_are_Dockers() => Assert.All(_lines, line => Assert.Contains(line.Instruction, Instructions));

    [Fact]
    public void What_is_copied_from_the_repository_exists()
    {
        foreach (var (_, text) in _lines.Where(line => line.Instruction == "COPY" && !line.Text.StartsWith("--from", StringComparison.Ordinal)))
        {
            Assert.All(text.Split(' ')[..^1], source => Assert.True(Path.Exists(Repository.File(source)), source));
        }
    }

    /// <summary>A build needs what the project files import: a file more in the root would be missed in the image only.</summary>
    [Fact]
    public void Every_file_that_the_build_imports_is_copied()
    {
        var copied = _lines.Where(line => line.Instruction == "COPY").SelectMany(line => line.Text.Split(' ')).ToArray();
        Assert.All(Directory.GetFiles(Repository.Root, "Directory.*").Append(Repository.File("global.json")), file => Assert.Contains(Path.GetFileName(file), copied));
        Assert.Contains("build", copied);
        Assert.False(File.Exists(Repository.File("nuget.config")), "copy it too");
    }

    [Fact]
    public void Program_is_published_as_the_README_says()
    {
        const string Publish = "dotnet publish src/Pipeline.Node -c Release -o out";
        Assert.Contains(Publish, Repository.Read("README.md"), StringComparison.Ordinal);
        Assert.Contains(("RUN", Publish), _lines);
    }

    [Fact]
    public void Node_is_not_root_stops_by_SIGTERM_and_says_how_it_is()
    {
        var stage = _lines[(Array.FindLastIndex(_lines, line => line.Instruction == "FROM") + 1)..];
        Assert.DoesNotContain("root", stage.Last(line => line.Instruction == "USER").Text, StringComparison.Ordinal);
        Assert.Contains(("STOPSIGNAL", "SIGTERM"), stage);
        Assert.Contains("\"health\"", Assert.Single(stage, line => line.Instruction == "HEALTHCHECK").Text, StringComparison.Ordinal);
        Assert.Contains("/var/spool/mailpipeline", Assert.Single(stage, line => line.Instruction == "VOLUME").Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Stages_that_the_compose_file_builds_exist()
    {
        var stages = _lines.Where(line => line.Instruction == "FROM").Select(line => line.Text.Split(' ')[^1]).ToArray();
        var targets = new ComposeFile().Services.Select(service => service.Value.Find("build")?["target"].Text).OfType<string>().Distinct().ToArray();
        Assert.NotEmpty(targets);
        Assert.Empty(targets.Except(stages));
    }

    private static IEnumerable<(string Instruction, string Text)> Read()
    {
        var text = Repository.Read("Dockerfile").Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var words = line.Split(' ', 2);
            yield return (words[0], words[1].Trim());
        }
    }
}
