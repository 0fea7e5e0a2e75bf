using System.Text;
using Pipeline.Connectors.Files;

namespace Pipeline.Connectors.Tests.Files;

public sealed class RecordFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("records");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Records_of_several_writers_stay_whole()
    {
        const int Each = 200;
        var path = Path.Combine(_folder.FullName, "history");
        using RecordFile one = new(), other = new();
        var writes = Enumerable.Range(0, Each).SelectMany(n => new[] { Append(one, n), Append(other, Each + n) });
        await Task.WhenAll(writes);

        var records = (await File.ReadAllTextAsync(path)).Split("end\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 2 * Each).Select(Text).Order(StringComparer.Ordinal), records.Select(record => record + "end\n").Order(StringComparer.Ordinal));

        Task Append(RecordFile file, int n) => file.AppendAsync(path, Encoding.ASCII.GetBytes(Text(n)), CancellationToken.None).AsTask();

        static string Text(int n) => $"job {n}\n{string.Concat(Enumerable.Repeat($"line of {n}\n", 50 + (n % 100)))}end\n";
    }

    [Fact]
    public async Task A_file_that_was_moved_away_is_made_anew()
    {
        var path = Path.Combine(_folder.FullName, "history");
        using var file = new RecordFile();
        await file.AppendAsync(path, "one\n"u8.ToArray(), CancellationToken.None);
        File.Move(path, path + ".1");
        await file.AppendAsync(path, "two\n"u8.ToArray(), CancellationToken.None);
        await file.AppendAsync(path, "three\n"u8.ToArray(), CancellationToken.None);
        Assert.Equal("one\n", await File.ReadAllTextAsync(path + ".1"));
        Assert.Equal("two\nthree\n", await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_an_error()
    {
        using var file = new RecordFile();
        await Assert.ThrowsAnyAsync<IOException>(async () => await file.AppendAsync(Path.Combine(_folder.FullName, "missing", "history"), "x"u8.ToArray(), CancellationToken.None));
        await Assert.ThrowsAnyAsync<IOException>(async () => await file.AppendAsync(_folder.FullName, "x"u8.ToArray(), CancellationToken.None));
    }
}
