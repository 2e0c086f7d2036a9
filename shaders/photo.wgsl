// The terrain with an orthophoto on it. Where the photo shows nothing, the ground keeps its colour.

@group(3) @binding(2) var photo: texture_2d<f32>;
@group(3) @binding(3) var photo_sampler: sampler;

struct PhotoOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) light: vec3<f32>,
    @location(2) at: vec2<f32>,
    @location(3) @interpolate(flat) fill: vec4<f32>,
}

@vertex
fn vertex(in: VertexIn) -> PhotoOut {
    var out: PhotoOut;
    let style = styles[in.slot];
    let fill = unpack_colour(style.fill);
    out.world = in.position;
    out.fill = vec4<f32>(fill.rgb, fill.a * scene.layer.y);
    out.at = (in.position.xz - scene.photo.xy) * scene.photo.zw;
    let relief = normalize(in.normal.xyz * vec3<f32>(scene.shadow.w, 1.0, scene.shadow.w));
    out.light = sunlit(relief);
    out.clip = pulled(view.clip_from_world * vec4<f32>(in.position, 1.0), in.param.x);
    if ((style.bits & VISIBLE) == 0u) { out.clip = NOWHERE; }
    return out;
}

fn shaded(in: PhotoOut) -> vec4<f32> {
    let seen = textureSample(photo, photo_sampler, in.at);
    let inside = all(in.at >= vec2<f32>(0.0)) && all(in.at <= vec2<f32>(1.0));
    let share = select(0.0, seen.a, inside);
    // The sun is in the photo already: only a little of ours, so that slopes still read.
    let light = mix(in.light, mix(vec3<f32>(1.0), in.light, 0.35), share);
    let colour = mix(in.fill.rgb, seen.rgb, share) * light;
    return vec4<f32>(hazed(colour, in.world), in.fill.a);
}

@fragment
fn fragment(in: PhotoOut) -> @location(0) vec4<f32> {
    return shaded(in);
}

@fragment
fn fragment_cut(in: PhotoOut) -> @location(0) vec4<f32> {
    // The colour first: what it takes from neighbouring fragments must not depend on what is cut.
    let colour = shaded(in);
    if (is_cut(in.world)) { discard; }
    return colour;
}
