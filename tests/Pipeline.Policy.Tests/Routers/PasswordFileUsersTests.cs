using Pipeline.Policy.Routers;

namespace Pipeline.Policy.Tests.Routers;

public sealed class PasswordFileUsersTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void An_account_is_found_by_its_name()
    {
        File.WriteAllText(_path, "root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1001:Bob,,,:/home/bob:/bin/sh\nbob:x:1:1:::\n");
        var users = new PasswordFileUsers(_path);

        Assert.Equal(new LocalUser("bob", 1000, 1001, "/home/bob"), users.Find("bob"));
        Assert.Null(users.Find("Bob"));
    }

    [Theory]
    [InlineData("bob:x:1000:1000:/home/bob:/bin/sh")]
    [InlineData("bob:x:1000:1000:Bob:/home/bob:/bin/sh:more")]
    [InlineData("bob:x:-1:1000:Bob:/home/bob:/bin/sh")]
    [InlineData("bob:x:1000:staff:Bob:/home/bob:/bin/sh")]
    [InlineData("+bob::::::")]
    public void A_line_that_is_no_account_with_numbers_is_passed_over(string line)
    {
        File.WriteAllText(_path, line + "\n");

        Assert.Null(new PasswordFileUsers(_path).Find("bob"));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void A_name_that_is_too_long_is_nobodys(int most, bool isFound)
    {
        File.WriteAllText(_path, "bob:x:1000:1000:Bob:/home/bob:/bin/sh\n");

        Assert.Equal(isFound, new PasswordFileUsers(_path, most).Find("bob") is not null);
    }

    [Fact]
    public void A_changed_file_is_read_again()
    {
        File.WriteAllText(_path, "bob:x:1000:1000:Bob:/home/bob:/bin/sh\n");
        var users = new PasswordFileUsers(_path);
        Assert.NotNull(users.Find("bob"));

        File.WriteAllText(_path, "alice:x:1000:1000:Alice:/home/alice:/bin/sh\n");

        Assert.Null(users.Find("bob"));
        Assert.NotNull(users.Find("alice"));
    }

    [Fact]
    public void A_file_that_cannot_be_read_says_nothing_about_accounts() =>
        Assert.Throws<IOException>(() => new PasswordFileUsers(_path).Find("bob"));
}
