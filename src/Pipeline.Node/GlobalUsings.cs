// The only file of this project that may name the actor runtime.
#if AKKA
global using Akka.Actor;
#else
global using Pipeline.Kernel.Actor;
#endif
global using System.Collections.Immutable;
