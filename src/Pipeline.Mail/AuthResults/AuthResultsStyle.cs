namespace Pipeline.Mail.AuthResults;

/// <summary>In which words a field is written: option <c>authresults_style</c>.</summary>
public enum AuthResultsStyle
{
    /// <summary>The layout of Exim 4.92, with its own property names and comments.</summary>
    Exim492 = 0,

    /// <summary>The registered names of RFC 8601 and nothing else.</summary>
    Rfc8601 = 1,
}
