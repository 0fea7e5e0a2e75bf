using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Storage.Postgres.Writing;

namespace Pipeline.Storage.Tests.Postgres;

public sealed class BodyFolderTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("mp-bodies-").FullName, "bodies");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public void What_a_process_left_that_died_is_deleted()
    {
        Directory.CreateDirectory(_folder);
        File.WriteAllText(Path.Combine(_folder, "17.1.1xV3ze-IUvupnsd1MR-393w"), "half a body");
        using (new BodyFolder(_folder, NullLogger.Instance))
        {
            Assert.Empty(Directory.GetFiles(_folder));
        }

        Assert.True(Directory.Exists(_folder));
    }

    [Fact]
    public void Folder_is_made_where_there_is_none()
    {
        using var bodies = new BodyFolder(_folder, NullLogger.Instance);
        Assert.True(Directory.Exists(_folder));
    }
}
