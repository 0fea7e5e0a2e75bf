using Pipeline.Mail.Srs;

namespace Pipeline.Mail.Tests.Srs;

/// <summary>Vectors of libsrs_alt 1.0, with which Mail::SRS agrees, and what follows from them.</summary>
public sealed class SenderRewritingSchemeTests
{
    private const string Vector = "SRS0=A6SJaD=M4=example.org=alice@fwd.example.net";

    private static readonly DateTimeOffset Early = DateTimeOffset.FromUnixTimeSeconds(920367873);
    private static readonly DateTimeOffset Late = DateTimeOffset.FromUnixTimeSeconds(1767225600);

    [Theory]
    [InlineData("mysecret", 920367873, 6, "alice@example.org", "fwd.example.net", Vector)]
    [InlineData("mysecret", 920367873, 4, "alice@example.org", "fwd.example.net", "SRS0=A6SJ=M4=example.org=alice@fwd.example.net")]
    [InlineData("mysecret", 920367873, 6, "Alice.Smith+tag@Example.ORG", "fwd.example.net", "SRS0=dMULn6=M4=Example.ORG=Alice.Smith+tag@fwd.example.net")]
    [InlineData("othersecret", 920367873, 6, Vector, "hop2.example.com", "SRS1=bWB2+K=fwd.example.net==A6SJaD=M4=example.org=alice@hop2.example.com")]
    [InlineData("thirdsecret", 920367873, 6, "SRS1=bWB2+K=fwd.example.net==A6SJaD=M4=example.org=alice@hop2.example.com", "hop3.example.edu", "SRS1=8evxrs=fwd.example.net==A6SJaD=M4=example.org=alice@hop3.example.edu")]
    [InlineData("mysecret", 920367873, 20, "a@b.example", "d.example", "SRS0=oWCgsUIJhQypZYVT2mhq=M4=b.example=a@d.example")]
    [InlineData("mysecret", 1767225600, 6, "bob@remote.example", "home.example", "SRS0=KwGGuS=7G=remote.example=bob@home.example")]
    [InlineData("topsecret", 1767225600, 8, "bob+x@remote.example", "home.example", "SRS0=X5N5dJqH=7G=remote.example=bob+x@home.example")]
    [InlineData("secret", 0, 4, "user@example.com", "f.test", "SRS0=rzow=AA=example.com=user@f.test")]
    [InlineData("secret", 1700000000, 4, "user@example.com", "f.test", "SRS0=X/82=G3=example.com=user@f.test")]
    public void Senders_are_rewritten(string secret, long time, int length, string sender, string alias, string rewritten)
    {
        var scheme = new SenderRewritingScheme(new SrsOptions([secret]) { HashLength = length, HashMinimum = length });
        var now = DateTimeOffset.FromUnixTimeSeconds(time);
        Assert.Equal(rewritten, scheme.Forward(sender, alias, now));
        if (!sender.StartsWith("SRS1", StringComparison.Ordinal))
        {
            Assert.Equal(new SrsReversal.Reversed(sender), scheme.Reverse(rewritten, stores: false, now));
        }
    }

    [Fact]
    public void Second_and_third_hop_lead_back_to_the_first()
    {
        Assert.Equal(new SrsReversal.Reversed(Vector), Scheme("othersecret").Reverse("SRS1=bWB2+K=fwd.example.net==A6SJaD=M4=example.org=alice@hop2.example.com", stores: false, Early));
        Assert.Equal(new SrsReversal.Reversed(Vector), Scheme("thirdsecret").Reverse("SRS1=8evxrs=fwd.example.net==A6SJaD=M4=example.org=alice@hop3.example.edu", stores: false, Early));
    }

    [Fact]
    public void Stamp_and_hash_may_be_missing()
    {
        var timeless = new SenderRewritingScheme(new SrsOptions(["mysecret"]) { UsesTimestamp = false });
        Assert.Equal("SRS0=rhnGDl=example.org=alice@fwd.example.net", timeless.Forward("alice@example.org", "fwd.example.net", Early));
        Assert.Equal(new SrsReversal.Reversed("alice@example.org"), timeless.Reverse("SRS0=rhnGDl=example.org=alice@fwd.example.net", stores: false, Late));
        var unsigned = new SenderRewritingScheme(new SrsOptions(["mysecret"]) { UsesHash = false });
        Assert.Equal("SRS0=M4=example.org=alice@fwd.example.net", unsigned.Forward("alice@example.org", "fwd.example.net", Early));
        Assert.Equal(new SrsReversal.Reversed("alice@example.org"), unsigned.Reverse("SRS0=M4=example.org=alice@fwd.example.net", stores: false, Early));
    }

    [Fact]
    public void Address_can_be_put_by_under_a_key()
    {
        var scheme = Scheme("mysecret");
        var key = scheme.KeyOf("alice@example.org");
        Assert.Equal("JdBrDfBs6Tjdv/BW", key);
        Assert.Equal("SRS0=8KuqcW=M4=JdBrDfBs6Tjdv/BW@fwd.example.net", scheme.Forward("alice@example.org", key, "fwd.example.net", Early));
        Assert.Equal(new SrsReversal.Stored(key), scheme.Reverse("SRS0=8KuqcW=M4=JdBrDfBs6Tjdv/BW@fwd.example.net", stores: true, Early));
        Assert.Equal(scheme.Forward(Vector, "x.test", Early), scheme.Forward(Vector, "unused", "x.test", Early));
    }

    [Theory]
    [InlineData(Vector, 0, "alice@example.org")]
    [InlineData(Vector, 31, "alice@example.org")]
    [InlineData(Vector, 32, "Invalid")]
    [InlineData(Vector, -1, "Invalid")]
    [InlineData("srs0=a6sjad=m4=example.org=alice@fwd.example.net", 0, "alice@example.org")]
    [InlineData("SRS0+A6SJaD=M4=example.org=alice@fwd.example.net", 0, "alice@example.org")]
    [InlineData("SRS0=A6SJaDRc=M4=example.org=alice@fwd.example.net", 0, "alice@example.org")]
    [InlineData("SRS0=A6SJa=M4=example.org=alice@fwd.example.net", 0, "Invalid")]
    [InlineData("SRS0=A6SJaE=M4=example.org=alice@fwd.example.net", 0, "Invalid")]
    [InlineData("SRS0=A6SJaD=M4=example.org=alicf@fwd.example.net", 0, "Invalid")]
    [InlineData("SRS0=A6SJaD=N4=example.org=alice@fwd.example.net", 0, "Invalid")]
    [InlineData("SRS0=A6SJaD@fwd.example.net", 0, "Foreign")]
    [InlineData("SRS0=A6SJaD=M4=@fwd.example.net", 0, "Foreign")]
    [InlineData("SRS0=A6SJaD=M4==alice@fwd.example.net", 0, "Foreign")]
    [InlineData("SRS1=A6SJaD=x@fwd.example.net", 0, "Foreign")]
    [InlineData("SRS1=A6SJaD=host=rest@fwd.example.net", 0, "Foreign")]
    [InlineData("SRS1=A6SJaD=host==rest@fwd.example.net", 0, "Invalid")]
    [InlineData("SRS2=A6SJaD=M4=example.org=alice@fwd.example.net", 0, "Foreign")]
    [InlineData("bob@fwd.example.net", 0, "Foreign")]
    [InlineData("SRS0", 0, "Foreign")]
    [InlineData("", 0, "Foreign")]
    public void Addresses_are_reversed_or_not(string address, int days, string expected)
    {
        var reversal = Scheme("mysecret").Reverse(address, stores: false, Early.AddDays(days));
        Assert.Equal(expected, reversal is SrsReversal.Reversed reversed ? reversed.Address : reversal.GetType().Name);
    }

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    public void Stamps_go_round_in_1024_days(int days, bool alive) => Assert.Equal(
        alive, Scheme("mysecret").Reverse("SRS0=KwGGuS=7G=remote.example=bob@home.example", stores: false, Late.AddDays(days)) is SrsReversal.Reversed);

    [Fact]
    public void Older_secrets_are_accepted_and_the_first_one_signs()
    {
        var scheme = new SenderRewritingScheme(new SrsOptions(["new", "mysecret"]));
        Assert.Equal(new SrsReversal.Reversed("alice@example.org"), scheme.Reverse(Vector, stores: false, Early));
        Assert.NotEqual(Vector, scheme.Forward("alice@example.org", "fwd.example.net", Early));
        Assert.IsType<SrsReversal.Invalid>(Scheme("wrong").Reverse(Vector, stores: false, Early));
    }

    [Fact]
    public void Shorter_hashes_are_accepted_as_far_as_the_minimum_says()
    {
        var scheme = new SenderRewritingScheme(new SrsOptions(["mysecret"]) { HashMinimum = 4 });
        Assert.IsType<SrsReversal.Reversed>(scheme.Reverse("SRS0=A6SJ=M4=example.org=alice@fwd.example.net", stores: false, Early));
        Assert.IsType<SrsReversal.Invalid>(scheme.Reverse("SRS0=A6S=M4=example.org=alice@fwd.example.net", stores: false, Early));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("@example.org")]
    [InlineData("alice@")]
    [InlineData("alice@b@c")]
    public void Sender_without_local_part_or_domain_is_not_rewritten(string sender) => Assert.Null(Scheme("s").Forward(sender, "x.test", Early));

    [Fact]
    public void Address_of_any_length_is_rewritten_or_not() => Assert.Null(Scheme("s").Forward(new string('a', 250) + "@b.test", "x.test", Early));

    [Fact]
    public void Whatever_is_rewritten_over_any_hops_comes_back()
    {
        var random = new Random(8);
        const string Octets = "abcXYZ019.+-=_/\u00E9";
        for (var i = 0; i < 2000; i++)
        {
            var sender = $"{Text(1, 20)}@{Text(1, 12).Replace("=", "", StringComparison.Ordinal)}d";
            var first = new SenderRewritingScheme(new SrsOptions(["one"]) { HashLength = random.Next(4, 21), HashMinimum = 4 });
            var second = new SenderRewritingScheme(new SrsOptions(["two"]) { HashMinimum = 1 });
            if (SenderRewritingScheme.IsRewritten(sender) || first.Forward(sender, "a.test", Late) is not { } once || second.Forward(once, "b.test", Late) is not { } twice)
            {
                continue;
            }

            Assert.Equal(new SrsReversal.Reversed(once), second.Reverse(twice, stores: false, Late));
            Assert.Equal(new SrsReversal.Reversed(sender), first.Reverse(once, stores: false, Late));
        }

        string Text(int least, int most) => new([.. Enumerable.Range(0, random.Next(least, most)).Select(_ => Octets[random.Next(Octets.Length)])]);
    }

    private static SenderRewritingScheme Scheme(string secret) => new(new SrsOptions([secret]));
}
